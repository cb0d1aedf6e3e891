#include "library/model_offers.h"

#include <algorithm>

namespace studio {
namespace {

bool is_complete(const WantedFile& wanted) {
    if (wanted.file->size > 0) return wanted.present == wanted.file->size;
    std::error_code ignored;
    return std::filesystem::is_regular_file(wanted.target, ignored);
}

void add_file(ModelOffer& offer, const WantedFile& wanted) {
    const CatalogFile& file = *wanted.file;
    offer.bytes += file.size;
    offer.is_size_known = offer.is_size_known && file.size > 0;
    const bool is_here = is_complete(wanted);
    offer.is_here = offer.is_here && is_here;
    if (!is_here && file.size > wanted.present) offer.missing += file.size - wanted.present;
    if (std::find(offer.sources.begin(), offer.sources.end(), file.repo) == offer.sources.end())
        offer.sources.push_back(file.repo);
}

}  // namespace

Result<std::vector<ModelOffer>> model_offers() {
    STUDIO_TRY(catalog, read_catalog());
    std::vector<ModelOffer> offers;
    for (const CatalogModel& model : catalog.models) {
        ModelOffer offer;
        offer.id = model.id;
        offer.title = model.title;
        offer.kind = model.kind;
        offer.is_supported = model.is_supported;
        if (model.is_supported) {
            STUDIO_TRY(plan, plan_download(catalog, {model.id}));
            offer.is_here = true;
            for (const WantedFile& wanted : plan.files)
                add_file(offer, wanted);
            offer.licences = plan.licences;
        }
        offers.push_back(std::move(offer));
    }
    return offers;
}

Result<DownloadResult> fetch_model(const std::string& id, const DownloadPreferences& preferences,
                                   const StoreReport& report, const std::stop_token& stop) {
    STUDIO_TRY(settings, download_settings({}, {}, preferences));
    STUDIO_TRY(catalog, read_catalog());
    STUDIO_TRY(plan, plan_download(catalog, {id}));
    StoreProgress planned;
    planned.action = "planned";
    planned.total = plan.total;
    planned.bytes = plan.total - std::min(plan.total, plan.missing);
    planned.files = plan.files.size();
    report(planned);
    return run_download(plan, settings, report, stop);
}

}  // namespace studio
