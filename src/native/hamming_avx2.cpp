// The Hamming search with AVX2: population counts by table look-up of half bytes.
// Source: Mula, Kurz, Lemire, "Faster Population Counts Using AVX2 Instructions", Computer Journal 2018.
#if defined(__x86_64__)
#include <immintrin.h>

#include "hamming.hpp"

namespace clew::hamming {
namespace {

inline __m256i byte_counts(__m256i x) {
    const __m256i table = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2, 3, 1, 2,
                                           2, 3, 2, 3, 3, 4);
    const __m256i low = _mm256_set1_epi8(0x0F);
    return _mm256_add_epi8(_mm256_shuffle_epi8(table, _mm256_and_si256(x, low)),
                           _mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi16(x, 4), low)));
}

inline __m256i load(const void* from) { return _mm256_loadu_si256(static_cast<const __m256i*>(from)); }

struct Isa {
    static constexpr bool lines_are_cheap = true;  // cheaper to look at one in vain than to guess whether to

    // All ones in each of 16 lanes whose count is above the bound.
    static inline __m256i far(const uint16_t* prints, __m256i query, __m256i limit) {
        const __m256i counts = byte_counts(_mm256_xor_si256(load(prints), query));
        return _mm256_cmpgt_epi16(_mm256_maddubs_epi16(counts, _mm256_set1_epi8(1)), limit);
    }

    // A bit for each of 32 prints: within the bound.
    static inline uint32_t near_line(const uint16_t* prints, uint16_t wanted, int bound) {
        const __m256i query = _mm256_set1_epi16(static_cast<short>(wanted));
        const __m256i limit = _mm256_set1_epi16(static_cast<short>(bound));
        // Packing interleaves the two halves in runs of eight; the permutation puts them in order again.
        const __m256i packed = _mm256_packs_epi16(far(prints, query, limit), far(prints + 16, query, limit));
        return ~static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_permute4x64_epi64(packed, 0xD8)));
    }

    static inline int bits(uint64_t word) { return __builtin_popcountll(word); }

    static inline int distance(const uint64_t* a, const uint64_t* b) {
        return bits(a[0] ^ b[0]) + bits(a[1] ^ b[1]) + bits(a[2] ^ b[2]) + bits(a[3] ^ b[3]);
    }

    static constexpr uint64_t lanes = 4;
    struct Half {
        __m256i low, high;
    };

    static inline Half spread(const uint64_t* query) {
        return {_mm256_set1_epi64x(static_cast<long long>(query[0])),
                _mm256_set1_epi64x(static_cast<long long>(query[1]))};
    }

    // Words 0 and 1 of four rows, each in a register of its own.
    static inline Half first_halves(const uint64_t* rows) {
        const __m256i a = load(rows), b = load(rows + 4), c = load(rows + 8), d = load(rows + 12);
        return {_mm256_permute2x128_si256(_mm256_unpacklo_epi64(a, b), _mm256_unpacklo_epi64(c, d), 0x20),
                _mm256_permute2x128_si256(_mm256_unpackhi_epi64(a, b), _mm256_unpackhi_epi64(c, d), 0x20)};
    }

    static inline uint32_t near_halves(const Half& rows, const Half& query, int radius) {
        const __m256i counts = _mm256_add_epi8(byte_counts(_mm256_xor_si256(rows.low, query.low)),
                                               byte_counts(_mm256_xor_si256(rows.high, query.high)));
        const __m256i sums = _mm256_sad_epu8(counts, _mm256_setzero_si256());
        const __m256i far = _mm256_cmpgt_epi64(sums, _mm256_set1_epi64x(radius));
        return ~static_cast<uint32_t>(_mm256_movemask_pd(_mm256_castsi256_pd(far))) & 0xFU;
    }
};

#include "hamming_search.inl"

}  // namespace

const Kernel avx2{search, scan};

}  // namespace clew::hamming
#endif
