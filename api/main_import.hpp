#pragma once
// How files become lines for the import, for the command line and the server alike. Part of main:
// it binds ingest/ to a ledger.
#include "api/import_job.hpp"
#include "api/main_tables.hpp"

namespace stegvis {

// NDJSON of a descriptor, which is kept open as long as the lines are read.
opened_lines lines_of_events(descriptor in, std::stop_token stop);

// What the server imports with.
extern const importer file_importer;

}  // namespace stegvis
