// models download: the catalogue, and what is fetched from it.
#include "library/model_download.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/preferred_request.h"
#include "cli/interrupt.h"
#include "cli/models_actions.h"
#include "cli/store_printer.h"
#include "cli/terminal.h"
#include "core/text.h"

namespace studio::cli {
namespace {

Json plan_json(const DownloadPlan& plan) {
    Json files = Json::array(), models = Json::array();
    for (const WantedFile& wanted : plan.files) {
        files.push_back({{"id", wanted.file->id},
                         {"path", path_to_utf8(wanted.target)},
                         {"size", wanted.file->size},
                         {"present", wanted.present},
                         {"licence", wanted.file->licence}});
    }
    for (const CatalogModel* const model : plan.models)
        models.push_back(model->id);
    return {{"files", std::move(files)},
            {"models", std::move(models)},
            {"total", plan.total},
            {"missing", plan.missing},
            {"licences", plan.licences}};
}

struct KnownSize {
    std::uint64_t bytes = 0;
    bool is_all = true;  // every file's size is known
    std::string text() const { return bytes == 0 ? "" : format_bytes(bytes) + (is_all ? "" : " +"); }
};

KnownSize model_size(const Catalog& catalog, const CatalogModel& model) {
    KnownSize size;
    for (const auto& [part, ids] : model.parts) {
        for (const std::string& id : ids) {
            const CatalogFile* const file = catalog.find_file(id);
            if (file == nullptr) continue;
            size.bytes += file->size;
            size.is_all = size.is_all && file->size > 0;
        }
    }
    return size;
}

int list_catalogue(const Catalog& catalog, const Invocation& invocation, Output& output) {
    if (invocation.has("--json")) {
        Json models = Json::array(), files = Json::array();
        for (const CatalogModel& model : catalog.models)
            models.push_back({{"id", model.id},
                              {"title", model.title},
                              {"kind", model.kind},
                              {"size", model_size(catalog, model).bytes},
                              {"is_supported", model.is_supported}});
        for (const CatalogFile& file : catalog.files)
            files.push_back({{"id", file.id},
                             {"name", file.name},
                             {"role", file.role},
                             {"size", file.size},
                             {"licence", file.licence}});
        output.json({{"models", std::move(models)}, {"files", std::move(files)}});
        return kDone;
    }
    for (const CatalogModel& model : catalog.models)
        output.line(fmt::format("{:<44} {:>10}  {}{}", model.id, model_size(catalog, model).text(), model.title,
                                model.is_supported ? "" : " (cannot be run yet)"));
    output.line("");
    output.line("Single files:");
    for (const CatalogFile& file : catalog.files)
        output.line(fmt::format("{:<44} {:>10}  {}", file.id, file.size > 0 ? format_bytes(file.size) : "", file.name));
    return kDone;
}

void print_plan(const DownloadPlan& plan, Output& output) {
    for (const WantedFile& wanted : plan.files) {
        const bool is_there = wanted.file->size > 0 && wanted.present == wanted.file->size;
        output.line(fmt::format("{:<40} {:>10}  {}", wanted.file->id,
                                wanted.file->size > 0 ? format_bytes(wanted.file->size) : "unknown",
                                is_there             ? "is there"
                                : wanted.present > 0 ? format_bytes(wanted.present) + " are there"
                                                     : "to fetch"));
    }
    std::string licences;
    for (const std::string& licence : plan.licences)
        licences += (licences.empty() ? "" : ", ") + licence;
    const auto unknown =
        std::count_if(plan.files.begin(), plan.files.end(), [](const WantedFile& w) { return w.file->size == 0; });
    output.line(fmt::format("{} to fetch of {}{}; licences: {}", format_bytes(plan.missing), format_bytes(plan.total),
                            unknown > 0 ? fmt::format(" and {} files of unknown size", unknown) : "", licences));
}

}  // namespace

int models_download(const Invocation& invocation, Output& output) {
    const auto catalog = read_catalog();
    if (!catalog.ok()) return models_fail(catalog.error(), invocation, output);
    const std::vector<std::string> names(invocation.positionals.begin() + 1, invocation.positionals.end());
    if (names.empty()) return list_catalogue(*catalog, invocation, output);
    const auto plan = plan_download(*catalog, names);
    if (!plan.ok()) return models_fail(plan.error(), invocation, output);
    if (invocation.has("--dry-run")) {
        if (invocation.has("--json"))
            output.json(plan_json(*plan));
        else
            print_plan(*plan, output);
        return kDone;
    }
    const auto settings =
        download_settings(invocation.value("--mirror").value_or(""), invocation.value("--proxy").value_or(""),
                          download_preferences(Preferences::load(Preferences::default_path())));
    if (!settings.ok()) return models_fail(settings.error(), invocation, output);
    const InterruptScope interrupt;
    StorePrinter printer(output, terminal::is_stderr_live());
    const auto result = run_download(*plan, *settings, printer.callback(), interrupt.token());
    printer.end();
    if (!result.ok()) {
        if (result.error().code == ErrorCode::kCancelled)
            output.note("Stopped. What has arrived stays; the same command goes on from there.");
        return models_fail(result.error(), invocation, output);
    }
    if (invocation.has("--json")) {
        Json models = Json::array(), files = Json::array();
        for (const DownloadedModel& model : result->models)
            models.push_back({{"name", model.name}, {"path", path_to_utf8(model.path)}});
        for (const auto& file : result->files)
            files.push_back(path_to_utf8(file));
        output.json({{"models", std::move(models)}, {"files", std::move(files)}, {"fetched", result->fetched}});
        return kDone;
    }
    for (const DownloadedModel& model : result->models)
        output.line(fmt::format("{} is ready: {}", model.name, escape_for_display(path_to_utf8(model.path), 4000)));
    if (result->models.empty()) {
        for (const auto& file : result->files)
            output.line(escape_for_display(path_to_utf8(file), 4000));
    }
    return kDone;
}

}  // namespace studio::cli
