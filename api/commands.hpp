#pragma once
// Every command, each in the file of its group.
#include "api/command.hpp"

namespace stegvis {

// commands_ledger.cpp
extern const command init_command, info_command, verify_command, schema_command;
// commands_replay.cpp
extern const command replay_command;
// commands_record.cpp
extern const command append_command, export_command;
// commands_status.cpp, commands_journey.cpp
extern const command status_command, timeline_command, episodes_command, quality_command;
// commands_evaluate.cpp, commands_federated.cpp, commands_difference.cpp
extern const command evaluate_command, evaluate_merge_command, evaluate_diff_command;
// commands_merge.cpp, commands_persons.cpp
extern const command merge_command, forget_command;
// commands_extract.cpp
extern const command extract_command;
// commands_keys.cpp
extern const command keys_export_command, keys_import_command, keys_rotate_command,
    keys_public_command;
// main_stream.cpp
extern const command relay_command, intake_command, follow_command, reconcile_command,
    schema_topics_command;
// main_work.cpp
extern const command work_question_command, work_count_command, work_finish_command;
// commands_serve.cpp, commands_access.cpp, commands_backup.cpp
extern const command serve_command, access_command, backup_command, restore_command;
// main_ingest.cpp
extern const command import_command, simulate_command;

}  // namespace stegvis
