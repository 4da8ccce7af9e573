// How rows are stored and grouped.
#pragma once

#include "hamming.hpp"

namespace clew::hamming {

// Fills one table from permuted rows and returns the size of its largest bucket. `waiting` is working memory, one
// word a row, which the caller keeps from table to table: fresh pages would cost as much as the work itself.
uint32_t build_table(const uint64_t* rows, uint32_t count, uint32_t chunk, uint32_t* offsets, uint16_t* prints,
                     uint32_t* ids, uint64_t* waiting);

// A fixed rearrangement of the 256 bits. It keeps distances, spreads the correlated neighbouring bits of perceptual
// hashes over the chunks, and, being secret, keeps a list's author from filling one bucket on purpose.
class Permutation {
   public:
    // source_of_bit[k] is the bit that becomes bit k; bit k of a value is bit k % 8, lowest first, of byte k / 8.
    explicit Permutation(const uint8_t* source_of_bit);
    void apply(const uint8_t* value, uint64_t* row) const;

   private:
    uint64_t moved_[64][16][row_words];  // where the bits of each half byte go; 32 KiB
};

}  // namespace clew::hamming
