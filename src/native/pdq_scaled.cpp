// PDQ's thumbnail of a picture that was decoded at a fraction of its size.
#include <algorithm>
#include <vector>

#include "pdq.hpp"

namespace clew {

namespace {

struct Weights {
    std::ptrdiff_t first;
    std::vector<float> values;
};

struct Window {
    std::ptrdiff_t from;
    std::ptrdiff_t to;
};

// The values that one box pass averages into output o: `window` of them, fewer at the edges.
Window box(std::ptrdiff_t o, std::ptrdiff_t length, std::ptrdiff_t window) {
    const std::ptrdiff_t ahead = (window + 2) / 2;
    return {std::max<std::ptrdiff_t>(o + ahead - window, 0), std::min(o + ahead, length)};
}

// For each thumbnail cell, how much each value of the small grid counts: the full grid's weights, which two box passes
// give, summed over the `scale` values that the decoder averaged into one.
std::vector<Weights> folded_weights(std::ptrdiff_t length, std::ptrdiff_t scale) {
    const std::ptrdiff_t window = (length + 2 * pdq_side - 1) / (2 * pdq_side);
    std::vector<Weights> cells(pdq_side);
    for (int k = 0; k < pdq_side; k++) {
        const auto pick = static_cast<std::ptrdiff_t>((k + 0.5) * static_cast<double>(length) / pdq_side);
        const Window second = box(pick, length, window);
        const std::ptrdiff_t first = box(second.from, length, window).from / scale;
        const std::ptrdiff_t last = (box(second.to - 1, length, window).to - 1) / scale;
        std::vector<double> sums(static_cast<std::size_t>(last - first + 1));
        for (std::ptrdiff_t o = second.from; o < second.to; o++) {
            const Window inner = box(o, length, window);
            const double weight = 1.0 / static_cast<double>((second.to - second.from) * (inner.to - inner.from));
            for (std::ptrdiff_t x = inner.from; x < inner.to; x++) {
                sums[static_cast<std::size_t>(x / scale - first)] += weight;
            }
        }
        cells[static_cast<std::size_t>(k)] = {first, std::vector<float>(sums.begin(), sums.end())};
    }
    return cells;
}

void add_row(std::vector<float>& sums, const std::uint8_t* row, float weight) {
    float* out = sums.data();
    const std::size_t count = sums.size();
    for (std::size_t x = 0; x < count; x++) out[x] += weight * static_cast<float>(row[x]);
}

void luma_of(const std::vector<float>& sums, int channels, std::vector<float>& luma) {
    if (channels == 1) {
        luma = sums;
        return;
    }
    for (std::size_t x = 0; x < luma.size(); x++) {
        luma[x] = 0.299F * sums[3 * x] + 0.587F * sums[3 * x + 1] + 0.114F * sums[3 * x + 2];
    }
}

}  // namespace

void pdq_scaled_thumbnail(const PdqPicture& small, std::ptrdiff_t full_height, std::ptrdiff_t full_width,
                          std::ptrdiff_t scale, PdqThumbnail thumbnail) {
    const std::vector<Weights> down = folded_weights(full_height, scale);
    const std::vector<Weights> across = folded_weights(full_width, scale);
    const std::ptrdiff_t row_bytes = small.width * small.channels;
    std::vector<float> sums(static_cast<std::size_t>(row_bytes));
    std::vector<float> luma(static_cast<std::size_t>(small.width));
    for (std::size_t i = 0; i < pdq_side; i++) {
        std::fill(sums.begin(), sums.end(), 0.0F);
        const std::uint8_t* row = small.pixels + down[i].first * row_bytes;
        for (const float weight : down[i].values) {
            add_row(sums, row, weight);
            row += row_bytes;
        }
        luma_of(sums, small.channels, luma);
        for (std::size_t j = 0; j < pdq_side; j++) {
            const float* value = luma.data() + across[j].first;
            float cell = 0.0F;
            for (const float weight : across[j].values) cell += weight * *value++;
            thumbnail[i][j] = cell;
        }
    }
}

}  // namespace clew
