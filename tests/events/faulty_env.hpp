#pragma once
// A disk that fails on demand, for databases that take a rocksdb::Env. Bytes reach the real disk
// when they are synced (or their file is closed whole), so power loss is simulated by dropping the
// others, or by letting only a torn part of them through.
#include <rocksdb/env.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>

namespace stegvis {

class faulty_env : public rocksdb::EnvWrapper {
 public:
  faulty_env() : EnvWrapper(rocksdb::Env::Default()) {}
  const char* Name() const override { return "faulty_env"; }

  // The nth sync of a write-ahead log from now on (1 = the next) fails once; what it should have
  // brought to disk is lost.
  void fail_wal_sync(int nth) { failing_sync_ = nth; }
  // Power is lost in the nth sync of a write-ahead log from now on: `torn` turns the bytes that
  // were not synced into those that are found on the disk later. Nothing works after that.
  void lose_power_at_wal_sync(int nth, std::function<std::string(std::string)> torn) {
    torn_ = std::move(torn);
    losing_sync_ = nth;
  }
  // While set, whatever would take more room is refused, as a full disk does.
  std::atomic<bool> disk_full{false};

  bool power_lost() const { return power_lost_; }
  int tables_created() const { return tables_created_; }

  rocksdb::Status NewWritableFile(const std::string& path,
                                  std::unique_ptr<rocksdb::WritableFile>* opened,
                                  const rocksdb::EnvOptions& options) override;
  rocksdb::Status DeleteFile(const std::string& path) override {
    return power_lost_ ? dead() : EnvWrapper::DeleteFile(path);
  }
  rocksdb::Status RenameFile(const std::string& from, const std::string& to) override {
    return power_lost_ ? dead() : EnvWrapper::RenameFile(from, to);
  }

 private:
  class held_file;
  static rocksdb::Status dead() { return rocksdb::Status::IOError("power is lost"); }

  std::atomic<int> failing_sync_{0}, losing_sync_{0}, tables_created_{0};
  std::atomic<bool> power_lost_{false};
  std::function<std::string(std::string)> torn_;
};

class faulty_env::held_file : public rocksdb::WritableFile {
 public:
  held_file(faulty_env& env, bool wal, std::unique_ptr<rocksdb::WritableFile> target)
      : env_(env), wal_(wal), target_(std::move(target)) {}

  using rocksdb::WritableFile::Append;
  rocksdb::Status Append(const rocksdb::Slice& bytes) override {
    if (env_.power_lost_) return dead();
    if (env_.disk_full) return rocksdb::Status::NoSpace("the disk is full");
    unsynced_.append(bytes.data(), bytes.size());
    return rocksdb::Status::OK();
  }
  rocksdb::Status Flush() override { return rocksdb::Status::OK(); }
  rocksdb::Status Sync() override {
    if (env_.power_lost_) return dead();
    if (wal_ && counts_down(env_.failing_sync_)) {
      unsynced_.clear();
      return rocksdb::Status::IOError("the disk failed to sync");
    }
    if (wal_ && counts_down(env_.losing_sync_)) {
      unsynced_ = env_.torn_(std::move(unsynced_));
      static_cast<void>(write_out());
      env_.power_lost_ = true;
      return dead();
    }
    const auto written = write_out();
    return written.ok() ? target_->Sync() : written;
  }
  rocksdb::Status Close() override {
    if (!env_.power_lost_) static_cast<void>(write_out());
    return target_->Close();
  }
  std::uint64_t GetFileSize() override { return written_ + unsynced_.size(); }

 private:
  static bool counts_down(std::atomic<int>& count) { return count > 0 && --count == 0; }
  rocksdb::Status write_out() {
    const auto written = target_->Append(unsynced_);
    written_ += unsynced_.size();
    unsynced_.clear();
    return written;
  }

  faulty_env& env_;
  bool wal_;
  std::unique_ptr<rocksdb::WritableFile> target_;
  std::string unsynced_;
  std::uint64_t written_ = 0;
};

inline rocksdb::Status faulty_env::NewWritableFile(const std::string& path,
                                                   std::unique_ptr<rocksdb::WritableFile>* opened,
                                                   const rocksdb::EnvOptions& options) {
  if (power_lost_) return dead();
  std::unique_ptr<rocksdb::WritableFile> target;
  const auto status = EnvWrapper::NewWritableFile(path, &target, options);
  if (!status.ok()) return status;
  if (path.ends_with(".sst")) ++tables_created_;
  *opened = std::make_unique<held_file>(*this, path.ends_with(".log"), std::move(target));
  return status;
}

}  // namespace stegvis
