// pipeline/embedding_cache.h - encoded prompts by text encoder and token ids: the same prompt again costs nothing.
#pragma once
#include <deque>
#include <string>
#include <utility>

#include "pipeline/video_pipeline.h"

namespace studio::pipeline {

/// The last few embeddings, on the CPU. At most 2 MB each for the published encoder's width and a usual prompt.
/// Threads   one.
class EmbeddingCache {
  public:
    explicit EmbeddingCache(std::size_t capacity = 32) : capacity_(capacity) {}

    const TextEmbeds* find(const std::string& key) const {
        for (const auto& [k, embeds] : items_)
            if (k == key) return &embeds;
        return nullptr;
    }
    void insert(std::string key, TextEmbeds embeds) {
        if (find(key) != nullptr) return;
        if (items_.size() >= capacity_) items_.pop_front();
        embeds.context = embeds.context.cpu();
        items_.emplace_back(std::move(key), std::move(embeds));
    }
    void clear() { items_.clear(); }
    std::size_t size() const { return items_.size(); }

  private:
    std::size_t capacity_;
    std::deque<std::pair<std::string, TextEmbeds>> items_;
};

}  // namespace studio::pipeline
