// image/decoder.h - one coded picture: header first, then rows.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "core/result.h"
#include "image/kind.h"
#include "image/row_sink.h"
#include "image/source.h"

namespace studio::image {

struct Header {
    int width = 0, height = 0;  // as stored, checked by check_size
    int orientation = 1;
    bool is_animated = false;
    std::vector<std::string> notices;
};

/// Order: read_header, then decode at most once. May throw std::bad_alloc.
/// Limits   read_header allocates nothing that the file's numbers size.   Threads: one.
class Decoder {
  public:
    virtual ~Decoder() = default;
    virtual Result<Header> read_header() = 0;
    virtual Result<void> decode(RowSink& sink) = 0;
};

/// `source` must outlive the decoder.
std::unique_ptr<Decoder> make_png_decoder(const Source& source);
std::unique_ptr<Decoder> make_jpeg_decoder(const Source& source);
std::unique_ptr<Decoder> make_webp_decoder(const Source& source);
std::unique_ptr<Decoder> make_ffmpeg_decoder(const Source& source, Kind kind);  // BMP and GIF

}  // namespace studio::image
