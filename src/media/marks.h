// media/marks.h - the labels that every generated video carries: a sentence for people, a mark for machines, the
// recipe.
#pragma once
#include <map>
#include <string>
#include <string_view>

namespace studio::media {

struct MarkInput {
    std::string program;      // "Turbo Studio"
    std::string version;      // "0.1.0"
    std::string model;        // name of the model; may be empty
    std::string title;        // may be empty
    std::string produce_id;   // tells this video from all others, e.g. a hash of recipe and time; may be empty
    std::string recipe_json;  // the whole recipe; may be empty while it is not known yet
};

/// Keys   comment: that the video is AI-generated and by which program; kept by most tools.
///        AIGC: JSON with the fields of the Chinese labelling rule (GB 45438-2025; Label "1": generated).
///        digital_source_type: IPTC's address for "trained algorithmic media".
///        title, recipe: where given.
std::map<std::string, std::string> standard_marks(const MarkInput& input);

/// Does a file's metadata say that it was generated?
bool is_marked_as_generated(const std::map<std::string, std::string>& metadata);

}  // namespace studio::media
