// The Hamming search with AVX-512 and its population counts (Ice Lake and Zen 4 on).
#if defined(__x86_64__)
#include <immintrin.h>

#include "hamming.hpp"

namespace clew::hamming {
namespace {

struct Isa {
    static constexpr bool lines_are_cheap = true;  // cheaper to look at one in vain than to guess whether to

    // A bit for each of 32 prints: within the bound.
    static inline uint32_t near_line(const uint16_t* prints, uint16_t wanted, int bound) {
        const __m512i query = _mm512_set1_epi16(static_cast<short>(wanted));
        const __m512i bits = _mm512_popcnt_epi16(_mm512_xor_si512(_mm512_loadu_si512(prints), query));
        return _mm512_cmple_epi16_mask(bits, _mm512_set1_epi16(static_cast<short>(bound)));
    }

    static inline int bits(uint64_t word) { return __builtin_popcountll(word); }

    static inline int distance(const uint64_t* a, const uint64_t* b) {
        const __m256i x = _mm256_xor_si256(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(a)),
                                           _mm256_loadu_si256(reinterpret_cast<const __m256i*>(b)));
        const __m256i counts = _mm256_popcnt_epi64(x);
        const __m128i sums = _mm_add_epi64(_mm256_castsi256_si128(counts), _mm256_extracti128_si256(counts, 1));
        return static_cast<int>(_mm_extract_epi64(sums, 0) + _mm_extract_epi64(sums, 1));
    }

    static constexpr uint64_t lanes = 8;
    struct Half {
        __m512i low, high;
    };

    static inline Half spread(const uint64_t* query) {
        return {_mm512_set1_epi64(static_cast<long long>(query[0])),
                _mm512_set1_epi64(static_cast<long long>(query[1]))};
    }

    // Words 0 and 1 of eight rows, each in a register of its own.
    static inline Half first_halves(const uint64_t* rows) {
        const __m512i pick = _mm512_set_epi64(13, 9, 5, 1, 12, 8, 4, 0);
        const __m512i a = _mm512_permutex2var_epi64(_mm512_loadu_si512(rows), pick, _mm512_loadu_si512(rows + 8));
        const __m512i b = _mm512_permutex2var_epi64(_mm512_loadu_si512(rows + 16), pick, _mm512_loadu_si512(rows + 24));
        return {_mm512_permutex2var_epi64(a, _mm512_set_epi64(11, 10, 9, 8, 3, 2, 1, 0), b),
                _mm512_permutex2var_epi64(a, _mm512_set_epi64(15, 14, 13, 12, 7, 6, 5, 4), b)};
    }

    static inline uint32_t near_halves(const Half& rows, const Half& query, int radius) {
        const __m512i sums = _mm512_add_epi64(_mm512_popcnt_epi64(_mm512_xor_si512(rows.low, query.low)),
                                              _mm512_popcnt_epi64(_mm512_xor_si512(rows.high, query.high)));
        return _mm512_cmple_epi64_mask(sums, _mm512_set1_epi64(radius));
    }
};

#include "hamming_search.inl"

}  // namespace

const Kernel avx512{search, scan};

}  // namespace clew::hamming
#endif
