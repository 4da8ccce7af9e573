// From the 64 x 64 thumbnail to quality, cosine terms, bits and the eight forms.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <numbers>

#include "pdq.hpp"

namespace clew {

namespace {

using Cosines = std::array<std::array<float, pdq_side>, pdq_term_side>;

// Computed in float64 from a float32 scale, as the reference does, then rounded once.
Cosines cosines() {
    const float scale = static_cast<float>(std::sqrt(2.0 / pdq_side));
    Cosines rows;
    for (int i = 0; i < pdq_term_side; i++) {
        for (int j = 0; j < pdq_side; j++) {
            const double angle = (std::numbers::pi / 2.0 / pdq_side) * (i + 1) * (2 * j + 1);
            rows[i][j] = static_cast<float>(scale * std::cos(angle));
        }
    }
    return rows;
}

// A step from one cell to the next, in hundredths of the full range; the fraction is cut off, so faint steps count nothing.
int steepness(float from, float to) { return std::abs(static_cast<int>((from - to) * 100.0F / 255.0F)); }

}  // namespace

int pdq_quality(const PdqThumbnail thumbnail) {
    int sum = 0;
    for (int i = 0; i + 1 < pdq_side; i++) {
        for (int j = 0; j < pdq_side; j++) sum += steepness(thumbnail[i][j], thumbnail[i + 1][j]);
    }
    for (int i = 0; i < pdq_side; i++) {
        for (int j = 0; j + 1 < pdq_side; j++) sum += steepness(thumbnail[i][j], thumbnail[i][j + 1]);
    }
    return std::min(sum / 90, 100);
}

// Each term is one sum, in the order of the reference; only terms that lie side by side are computed together.
void pdq_terms(const PdqThumbnail thumbnail, PdqTerms terms) {
    static const Cosines cosine = cosines();
    float half[pdq_term_side][pdq_side] = {};
    for (int i = 0; i < pdq_term_side; i++) {
        for (int k = 0; k < pdq_side; k++) {
            for (int j = 0; j < pdq_side; j++) half[i][j] += cosine[i][k] * thumbnail[k][j];
        }
    }
    for (int i = 0; i < pdq_term_side; i++) {
        float row[pdq_term_side] = {};
        for (int k = 0; k < pdq_side; k++) {
            for (int j = 0; j < pdq_term_side; j++) row[j] += half[i][k] * cosine[j][k];
        }
        std::copy_n(row, pdq_term_side, terms[i]);
    }
}

// The reference's search for the median (Torben Mogensen's) ends at the 128th smallest, whatever the ties.
void pdq_bits(const PdqTerms terms, PdqBits bits) {
    constexpr int count = pdq_term_side * pdq_term_side;
    const float* flat = &terms[0][0];
    float sorted[count];
    std::copy_n(flat, count, sorted);
    std::nth_element(sorted, sorted + count / 2 - 1, sorted + count);
    const float median = sorted[count / 2 - 1];
    std::fill_n(bits, sizeof(PdqBits), std::uint8_t{0});
    // Term 0 is the lowest bit, which is written last.
    for (int k = 0; k < count; k++) bits[31 - k / 8] |= static_cast<std::uint8_t>((flat[k] > median) << (k % 8));
}

// Turning a picture exchanges the two directions of its cosine terms; mirroring negates the odd ones of a direction.
void pdq_turn(const PdqTerms terms, int form, PdqTerms turned) {
    constexpr bool exchanged[pdq_forms] = {false, true, false, true, false, false, true, true};
    constexpr bool down[pdq_forms] = {false, false, true, true, true, false, false, true};
    constexpr bool across[pdq_forms] = {false, true, true, false, false, true, false, true};
    for (int i = 0; i < pdq_term_side; i++) {
        for (int j = 0; j < pdq_term_side; j++) {
            // Index 0 is the first cosine term, which is odd.
            const bool negated = (down[form] && i % 2 == 0) != (across[form] && j % 2 == 0);
            const float term = negated ? -terms[i][j] : terms[i][j];
            (exchanged[form] ? turned[j][i] : turned[i][j]) = term;
        }
    }
}

}  // namespace clew
