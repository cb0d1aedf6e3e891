// ui/sheet_plan.h - a contact sheet: several quick tries of one wish, of which one is then made in full. Values only.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "app/queue_client.h"
#include "library/models.h"

namespace studio::ui {

constexpr int kMinSheet = 4, kMaxSheet = 9;

/// The jobs of one sheet. They share a group: "sheet-", a random number, and as JSON what the full video has and the
/// tries have not. It is stored with every job of the queue, so a sheet is found again, and can be finished, after any
/// end of the program; there is no other place where a sheet is kept.
struct SheetPlan {
    std::string group;
    std::vector<GenerationRequest> tries;  // quick ones, each with a seed of its own
};

/// `count` quick tries (clamped to 4..9) of a wish: steps and length of the model's preset "Draft", its smallest size
/// in the wished shape, each where it is smaller than what was wished; everything else as wished. Seeds: the wish's own
/// and those after it, or random ones where it has none. `random` names the sheet and begins the random seeds.
SheetPlan planSheet(const GenerationRequest& wish, const ModelInfo& model, int count, std::uint64_t random);

/// Another sheet with the settings of this try and new seeds.
SheetPlan planMore(const GenerationRequest& made, int count, std::uint64_t random);

/// The full video of a try: what was wished, with the try's seed; no group. A request of no sheet comes back as it is.
GenerationRequest fullOf(const GenerationRequest& made);

/// The group of a job that belongs to a sheet, or "".
std::string sheetOf(const store::JobRecord& job);

}  // namespace studio::ui
