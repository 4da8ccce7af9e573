// The Hamming search in plain C++, for any machine: population counts by adding neighbouring fields within a word.
// Source: Warren, "Hacker's Delight", 2nd edition 2012, section 5-1.
#include <cstring>

#include "hamming.hpp"

namespace clew::hamming {
namespace {

// The counts of each byte.
inline uint64_t byte_counts(uint64_t x) {
    x -= (x >> 1) & 0x5555555555555555ULL;
    x = (x & 0x3333333333333333ULL) + ((x >> 2) & 0x3333333333333333ULL);
    return (x + (x >> 4)) & 0x0F0F0F0F0F0F0F0FULL;
}

struct Isa {
    static constexpr bool lines_are_cheap = false;  // cheaper to look at one in vain than to guess whether to

    // A bit for each of 32 prints: within the bound.
    static inline uint32_t near_line(const uint16_t* prints, uint16_t wanted, int bound) {
        const uint64_t query = 0x0001000100010001ULL * wanted;
        // A lane's count is at most 16: adding this raises its top bit exactly when the count is above the bound.
        const uint64_t raise = 0x0001000100010001ULL * static_cast<uint64_t>(0x7FFF - bound);
        uint32_t near = 0;
        for (uint32_t i = 0; i < 32; i += 4) {
            uint64_t four;
            std::memcpy(&four, prints + i, sizeof four);
            const uint64_t counts = byte_counts(four ^ query);
            const uint64_t sums = (counts + (counts >> 8)) & 0x00FF00FF00FF00FFULL;
            const uint64_t low = (~(sums + raise) >> 15) & 0x0001000100010001ULL;
            // Gathers bits 0, 16, 32 and 48 into the four highest: each product lands on a place of its own.
            near |= static_cast<uint32_t>(low * 0x1000200040008000ULL >> 60) << i;
        }
        return near;
    }

    static inline int bits(uint64_t word) {
        return static_cast<int>((byte_counts(word) * 0x0101010101010101ULL) >> 56);
    }

    static inline int distance(const uint64_t* a, const uint64_t* b) {
        return bits(a[0] ^ b[0]) + bits(a[1] ^ b[1]) + bits(a[2] ^ b[2]) + bits(a[3] ^ b[3]);
    }

    static constexpr uint64_t lanes = 1;
    struct Half {
        uint64_t low, high;
    };

    static inline Half spread(const uint64_t* query) { return {query[0], query[1]}; }
    static inline Half first_halves(const uint64_t* row) { return {row[0], row[1]}; }

    static inline uint32_t near_halves(const Half& row, const Half& query, int radius) {
        const uint64_t counts = byte_counts(row.low ^ query.low) + byte_counts(row.high ^ query.high);
        return static_cast<int>((counts * 0x0101010101010101ULL) >> 56) <= radius;
    }
};

#include "hamming_search.inl"

}  // namespace

const Kernel portable{search, scan};

}  // namespace clew::hamming
