#include "media/filtered_pictures.h"

extern "C" {
#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavutil/pixdesc.h>
}

#include <string>

#include "media/av_error.h"

namespace studio::media {
namespace {

struct GraphDelete {
    void operator()(AVFilterGraph* p) const noexcept { avfilter_graph_free(&p); }
    void operator()(AVFilterInOut* p) const noexcept { avfilter_inout_free(&p); }
};
using GraphPtr = std::unique_ptr<AVFilterGraph, GraphDelete>;
using InOutPtr = std::unique_ptr<AVFilterInOut, GraphDelete>;

Error failed(int code, const char* doing) {
    if (code == AVERROR(ENOMEM)) return encoder_failure(code, doing);
    return {ErrorCode::kUnsupported,
            std::string("FFmpeg's filters failed while ") + doing + ": " + av_message(code) + ".",
            {},
            "video",
            "Try another format or frame rate; if it stays, reinstall FFmpeg's libraries.",
            {}};
}

Result<void> has_filters(std::initializer_list<const char*> names, const char* what) {
    for (const char* const name : names)
        if (!avfilter_get_by_name(name))
            return Error{ErrorCode::kUnsupported,
                         std::string(what) + " needs the filter '" + name +
                             "', which FFmpeg's libraries on this machine "
                             "do not have.",
                         {},
                         "format",
                         "Install the usual libavfilter of your system, or choose another format.",
                         {}};
    return {};
}

struct Input {
    int width = 0, height = 0;
    AVPixelFormat format = AV_PIX_FMT_NONE;
    AVRational time_base{1, 1}, rate{0, 1};
};

/// A chain of filters between one or two inputs and one output.
class Graph {
  public:
    static constexpr const char* kNames[] = {"in", "in2"};

    Result<void> open(const std::vector<Input>& inputs, const std::string& chain) {
        graph_.reset(avfilter_graph_alloc());
        if (!graph_) return failed(AVERROR(ENOMEM), "starting");
        graph_->nb_threads = 0;
        InOutPtr outputs;  // of the sources: what the chain's first filters are joined to
        for (std::size_t i = inputs.size(); i-- > 0;) {
            STUDIO_TRY(source, add_source(inputs[i], kNames[i]));
            sources_.insert(sources_.begin(), source);
            InOutPtr end(avfilter_inout_alloc());
            if (!end) return failed(AVERROR(ENOMEM), "starting");
            end->name = av_strdup(kNames[i]);
            end->filter_ctx = source;
            end->next = outputs.release();
            outputs = std::move(end);
        }
        const AVFilter* const sink = avfilter_get_by_name("buffersink");
        if (const int rc = avfilter_graph_create_filter(&sink_, sink, "out", nullptr, nullptr, graph_.get()); rc < 0)
            return failed(rc, "starting");
        InOutPtr end(avfilter_inout_alloc());
        if (!end) return failed(AVERROR(ENOMEM), "starting");
        end->name = av_strdup("out");
        end->filter_ctx = sink_;
        AVFilterInOut* open_inputs = end.release();
        AVFilterInOut* open_outputs = outputs.release();
        int rc = avfilter_graph_parse_ptr(graph_.get(), chain.c_str(), &open_inputs, &open_outputs, nullptr);
        avfilter_inout_free(&open_inputs);
        avfilter_inout_free(&open_outputs);
        if (rc >= 0) rc = avfilter_graph_config(graph_.get(), nullptr);
        if (rc < 0) return failed(rc, "starting");
        return {};
    }

    /// A null frame ends the input.
    Result<void> send(std::size_t input, AVFrame* frame) {
        const int rc = av_buffersrc_add_frame_flags(sources_.at(input), frame, AV_BUFFERSRC_FLAG_KEEP_REF);
        if (rc < 0) return failed(rc, "taking a frame");
        return {};
    }

    /// 1: a frame; 0: wants more input; -1: the end.
    Result<int> receive(AVFrame& frame) {
        const int rc = av_buffersink_get_frame(sink_, &frame);
        if (rc == AVERROR(EAGAIN)) return 0;
        if (rc == AVERROR_EOF) return -1;
        if (rc < 0) return failed(rc, "giving a frame");
        return 1;
    }
    AVRational time_base() const { return av_buffersink_get_time_base(sink_); }

  private:
    Result<AVFilterContext*> add_source(const Input& input, const char* name) {
        const std::string arguments =
            "video_size=" + std::to_string(input.width) + "x" + std::to_string(input.height) +
            ":pix_fmt=" + av_get_pix_fmt_name(input.format) + ":time_base=" + std::to_string(input.time_base.num) +
            "/" + std::to_string(input.time_base.den) + ":pixel_aspect=1/1" +
            (input.rate.num > 0 ? ":frame_rate=" + std::to_string(input.rate.num) + "/" + std::to_string(input.rate.den)
                                : std::string());
        AVFilterContext* source = nullptr;
        const int rc = avfilter_graph_create_filter(&source, avfilter_get_by_name("buffer"), name, arguments.c_str(),
                                                    nullptr, graph_.get());
        if (rc < 0) return failed(rc, "starting");
        return source;
    }

    GraphPtr graph_;
    std::vector<AVFilterContext*> sources_;
    AVFilterContext* sink_ = nullptr;
};

Input input_of(const PictureSource& source, int width, int height, AVPixelFormat format) {
    return {width, height, format, source.time_base(), source.frame_rate()};
}

/// The graph's first input is the source's pictures.
class GraphPictures final : public PictureSource {
  public:
    GraphPictures(std::unique_ptr<PictureSource> source, AVRational rate) : source_(std::move(source)), rate_(rate) {}
    Graph& graph() { return graph_; }
    AVRational time_base() const override { return graph_.time_base(); }
    AVRational frame_rate() const override { return rate_; }

    Result<bool> next(Picture& picture) override {
        picture.frame.reset(av_frame_alloc());
        if (!picture.frame) return failed(AVERROR(ENOMEM), "giving a frame");
        while (true) {
            STUDIO_TRY(state, graph_.receive(*picture.frame));
            if (state < 0) return false;
            if (state > 0) break;
            STUDIO_TRY_VOID(feed());
        }
        picture.pts = picture.frame->pts;
        picture.duration = 1;
        return true;
    }

  private:
    Result<void> feed() {
        Picture from;
        STUDIO_TRY(more, source_->next(from));
        if (!more) return graph_.send(0, nullptr);
        from.frame->pts = from.pts;
        from.frame->sample_aspect_ratio = {1, 1};
        return graph_.send(0, from.frame.get());
    }

    std::unique_ptr<PictureSource> source_;
    AVRational rate_;
    Graph graph_;
};

}  // namespace

Result<void> has_interpolation() {
    return has_filters({"buffer", "buffersink", "minterpolate"}, "Drawing frames in between");
}

Result<void> has_palettes() {
    return has_filters({"buffer", "buffersink", "palettegen", "paletteuse"}, "A GIF");
}

Result<std::unique_ptr<PictureSource>> interpolated(std::unique_ptr<PictureSource> source, int width, int height,
                                                    AVRational rate) {
    STUDIO_TRY_VOID(has_interpolation());
    const Input input = input_of(*source, width, height, AV_PIX_FMT_YUV420P);
    auto made = std::make_unique<GraphPictures>(std::move(source), rate);
    // Overlapped blocks that vary in size: fewest torn edges. Cuts are left alone by its own detector.
    STUDIO_TRY_VOID(made->graph().open({input}, "[in]minterpolate=fps=" + std::to_string(rate.num) + "/" +
                                                    std::to_string(rate.den) +
                                                    ":mi_mode=mci:mc_mode=aobmc:me_mode=bidir:vsbmc=1[out]"));
    return std::unique_ptr<PictureSource>(std::move(made));
}

Result<FramePtr> best_palette(PictureSource& source, int width, int height, int num_colors) {
    STUDIO_TRY_VOID(has_palettes());
    Graph graph;
    STUDIO_TRY_VOID(graph.open(
        {input_of(source, width, height, AV_PIX_FMT_RGB24)},
        "[in]palettegen=max_colors=" + std::to_string(num_colors) + ":reserve_transparent=0:stats_mode=full[out]"));
    FramePtr palette(av_frame_alloc());
    if (!palette) return failed(AVERROR(ENOMEM), "choosing the colours");
    Picture picture;
    while (true) {
        STUDIO_TRY(more, source.next(picture));
        if (!more) break;
        picture.frame->pts = picture.pts;
        STUDIO_TRY_VOID(graph.send(0, picture.frame.get()));
    }
    STUDIO_TRY_VOID(graph.send(0, nullptr));
    STUDIO_TRY(state, graph.receive(*palette));
    if (state != 1) return failed(AVERROR_EXTERNAL, "choosing the colours");
    return palette;
}

Result<std::unique_ptr<PictureSource>> paletted(std::unique_ptr<PictureSource> source, int width, int height,
                                                const AVFrame& palette, const char* dither) {
    const AVRational rate = source->frame_rate();
    const Input input = input_of(*source, width, height, AV_PIX_FMT_RGB24);
    const Input colors{palette.width, palette.height, static_cast<AVPixelFormat>(palette.format), input.time_base, {}};
    auto made = std::make_unique<GraphPictures>(std::move(source), rate);
    STUDIO_TRY_VOID(made->graph().open(
        {input, colors}, std::string("[in][in2]paletteuse=dither=") + dither + ":diff_mode=rectangle[out]"));
    FramePtr first(av_frame_clone(&palette));
    if (!first) return failed(AVERROR(ENOMEM), "taking the colours");
    first->pts = 0;
    STUDIO_TRY_VOID(made->graph().send(1, first.get()));
    STUDIO_TRY_VOID(made->graph().send(1, nullptr));
    return std::unique_ptr<PictureSource>(std::move(made));
}

}  // namespace studio::media
