// Building one table of the Hamming index: rows grouped by one 16-bit chunk, in time close to that of copying them.
#include "hamming_build.hpp"

#include <cstring>

namespace clew::hamming {

namespace {

constexpr uint32_t coarse_count = 256;  // first by the high byte of the chunk, then by the low byte

uint16_t chunk_of(const uint64_t* row, uint32_t chunk) {
    return static_cast<uint16_t>(row[chunk / 4] >> (16 * (chunk % 4)));
}

// A row on its way: low byte of its chunk, print, id.
uint64_t packed(uint32_t low, uint16_t print, uint32_t id) {
    return static_cast<uint64_t>(low) << 48 | static_cast<uint64_t>(print) << 32 | id;
}

}  // namespace

uint32_t build_table(const uint64_t* rows, uint32_t count, uint32_t chunk, uint32_t* offsets, uint16_t* prints,
                     uint32_t* ids, uint64_t* waiting) {
    const uint32_t next = (chunk + 1) % chunk_count;
    std::memset(offsets, 0, (bucket_count + 1) * sizeof(uint32_t));
    for (uint64_t i = 0; i < count; i++) offsets[chunk_of(rows + row_words * i, chunk) + 1]++;
    uint32_t largest = 0;
    for (uint32_t bucket = 0; bucket < bucket_count; bucket++) {
        if (offsets[bucket + 1] > largest) largest = offsets[bucket + 1];
        offsets[bucket + 1] += offsets[bucket];
    }

    // Writing straight into 65,536 buckets would miss the cache at every row; 256 streams, twice, do not.
    uint32_t coarse[coarse_count];
    for (uint32_t high = 0; high < coarse_count; high++) coarse[high] = offsets[high << 8];
    for (uint64_t i = 0; i < count; i++) {
        const uint64_t* row = rows + row_words * i;
        const uint16_t value = chunk_of(row, chunk);
        waiting[coarse[value >> 8]++] = packed(value & 0xFF, chunk_of(row, next), static_cast<uint32_t>(i));
    }
    uint32_t places[coarse_count];
    for (uint32_t high = 0; high < coarse_count; high++) {
        std::memcpy(places, offsets + (high << 8), sizeof places);
        for (uint32_t i = offsets[high << 8]; i < offsets[(high + 1) << 8]; i++) {
            const uint64_t row = waiting[i];
            const uint32_t place = places[row >> 48]++;
            prints[place] = static_cast<uint16_t>(row >> 32);
            ids[place] = static_cast<uint32_t>(row);
        }
    }
    std::memset(prints + count, 0, print_padding * sizeof(uint16_t));
    return largest;
}

Permutation::Permutation(const uint8_t* source_of_bit) {
    std::memset(moved_, 0, sizeof moved_);
    for (uint32_t to = 0; to < 256; to++) {
        const uint32_t from = source_of_bit[to];
        for (uint32_t nibble = 0; nibble < 16; nibble++) {
            if ((nibble >> (from % 4) & 1) != 0) moved_[from / 4][nibble][to / 64] |= 1ULL << (to % 64);
        }
    }
}

void Permutation::apply(const uint8_t* value, uint64_t* row) const {
    uint64_t out[row_words] = {0, 0, 0, 0};
    for (uint32_t byte = 0; byte < 32; byte++) {
        const uint64_t* low = moved_[2 * byte][value[byte] & 15];
        const uint64_t* high = moved_[2 * byte + 1][value[byte] >> 4];
        for (uint32_t word = 0; word < row_words; word++) out[word] |= low[word] | high[word];
    }
    std::memcpy(row, out, sizeof out);
}

}  // namespace clew::hamming
