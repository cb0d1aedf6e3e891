// models download: the catalogue, and what is fetched from it.
#include "app/model_download.h"

#include <fmt/format.h>

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

std::uint64_t model_size(const Catalog& catalog, const CatalogModel& model) {
    std::uint64_t size = 0;
    for (const auto& [part, ids] : model.parts) {
        for (const std::string& id : ids) {
            if (const CatalogFile* const file = catalog.find_file(id)) size += file->size;
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
                              {"size", model_size(catalog, model)},
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
        output.line(fmt::format("{:<44} {:>9}  {}{}", model.id, format_bytes(model_size(catalog, model)), model.title,
                                model.is_supported ? "" : " (cannot be run yet)"));
    output.line("");
    output.line("Single files:");
    for (const CatalogFile& file : catalog.files)
        output.line(fmt::format("{:<44} {:>9}  {}", file.id, file.size > 0 ? format_bytes(file.size) : "", file.name));
    return kDone;
}

void print_plan(const DownloadPlan& plan, Output& output) {
    for (const WantedFile& wanted : plan.files) {
        const bool is_there = wanted.file->size > 0 && wanted.present == wanted.file->size;
        output.line(fmt::format("{:<40} {:>9}  {}", wanted.file->id, format_bytes(wanted.file->size),
                                is_there             ? "is there"
                                : wanted.present > 0 ? format_bytes(wanted.present) + " are there"
                                                     : "to fetch"));
    }
    std::string licences;
    for (const std::string& licence : plan.licences)
        licences += (licences.empty() ? "" : ", ") + licence;
    output.line(
        fmt::format("{} to fetch of {}; licences: {}", format_bytes(plan.missing), format_bytes(plan.total), licences));
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
        download_settings(invocation.value("--mirror").value_or(""), invocation.value("--proxy").value_or(""));
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
