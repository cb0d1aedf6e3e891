// pipeline/memory_choice.h - how a generation uses memory: the three things that can be traded for time.
#pragma once

namespace studio::pipeline {

struct MemoryChoice {
    /// Every part of the model stays loaded, from stage to stage and from job to job; else one stage's parts at a time
    /// (of two experts the one in use), read again for the next job.
    bool keeps_all = true;
    /// Weights of the transformer's blocks and of the text encoder's layers are made ready one after the other while
    /// the one before computes; two at a time.
    bool streams_blocks = false;
    /// The picture is decoded in this many bands of rows, one after the other; the finished pictures wait as 8-bit.
    int decode_bands = 1;
    bool operator==(const MemoryChoice&) const = default;
};

}  // namespace studio::pipeline
