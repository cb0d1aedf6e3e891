// image/kind.h - what a file is, by its first bytes and never by its name.
#pragma once
#include "image/source.h"

namespace studio::image {

enum class Kind { kPng, kJpeg, kWebp, kBmp, kGif };
std::string to_string(Kind kind);

/// Errors   Unsupported naming what the file is instead (SVG, HEIC, TIFF, a video, a playlist, a checkpoint, ...);
///          CorruptFile when it is nothing known, e.g. a web page saved under an image's name.
Result<Kind> kind_of(const Source& source);

}  // namespace studio::image
