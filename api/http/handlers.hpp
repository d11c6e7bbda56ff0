#pragma once
// What each route does. Each runs on a thread that may block.
#include "api/http/service.hpp"

namespace stegvis::http {

// handle_ledger.cpp
result<response> get_start(call&);
result<response> get_health(call&);
result<response> get_ready(call&);
result<response> get_version(call&);
result<response> get_metrics(call&);
result<response> get_openapi(call&);
result<response> get_openapi_3_0(call&);
result<response> get_ledger(call&);
result<response> get_schemas(call&);
result<response> get_schema(call&);
result<response> get_streams(call&);
// handle_access.cpp
result<response> get_access(call&);
result<response> get_access_sample(call&);
result<response> post_break_glass(call&);
// handle_events.cpp
result<response> get_events(call&);
result<response> post_events(call&);
result<response> get_event_stream(call&);
// handle_persons.cpp
result<response> get_persons(call&);
result<response> post_person_search(call&);
result<response> get_status(call&);
result<response> get_timeline(call&);
result<response> get_episodes(call&);
result<response> get_extract(call&);
// handle_lists.cpp
result<response> get_worklists(call&);
result<response> get_worklist(call&);
result<response> get_quality(call&);
// handle_evaluations.cpp
result<response> get_evaluations(call&);
result<response> post_evaluation(call&);
result<response> post_difference(call&);
result<response> get_run(call&);
result<response> delete_run(call&);
result<response> get_run_result(call&);
result<response> get_run_figures(call&);
// handle_login.cpp
// A new session for the reader, and on to a path of ours.
response begin_session(call&, reader who, std::string where);
result<response> get_login(call&);
result<response> get_callback(call&);
result<response> post_logout(call&);
result<response> get_session(call&);
// handle_boards.cpp
result<response> get_board(call&);
// handle_imports.cpp
result<response> get_imports(call&);
result<response> post_import(call&);
result<response> get_import(call&);
result<response> delete_import(call&);
result<response> put_import_file(call&);
result<response> post_import_run(call&);
result<response> get_import_rejects(call&);

}  // namespace stegvis::http
