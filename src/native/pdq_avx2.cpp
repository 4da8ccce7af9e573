// PDQ's thumbnail, eight rows or columns at a time.
#if defined(__x86_64__)
#include <immintrin.h>

#include "pdq.hpp"

namespace clew {

namespace {

struct Lanes {
    static constexpr int N = 8;
    using V = __m256;

    static inline V zero() { return _mm256_setzero_ps(); }
    static inline V load(const float* p) { return _mm256_loadu_ps(p); }
    static inline void store(float* p, V v) { _mm256_storeu_ps(p, v); }
    static inline V divide(V sum, float divisor, float) { return _mm256_div_ps(sum, _mm256_set1_ps(divisor)); }

    // See pdq_portable.cpp for why one division by 1000 gives the reference's luma.
    template <int Channels>
    static inline V luma(const std::uint8_t* p) {
        if constexpr (Channels == 1) {
            const __m128i grey = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(p));
            return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(grey));
        } else {
            // 24 bytes: pixels 0 to 3 begin at byte 0, pixels 4 to 7 at byte 12, which is byte 4 of the second load.
            const __m128i low = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
            const __m128i high = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + 8));
            const __m256i bytes = _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1);
            const __m256i red_green = _mm256_shuffle_epi8(
                bytes, _mm256_setr_epi8(0, -1, 1, -1, 3, -1, 4, -1, 6, -1, 7, -1, 9, -1, 10, -1,  //
                                        4, -1, 5, -1, 7, -1, 8, -1, 10, -1, 11, -1, 13, -1, 14, -1));
            const __m256i blue = _mm256_shuffle_epi8(
                bytes, _mm256_setr_epi8(2, -1, -1, -1, 5, -1, -1, -1, 8, -1, -1, -1, 11, -1, -1, -1,  //
                                        6, -1, -1, -1, 9, -1, -1, -1, 12, -1, -1, -1, 15, -1, -1, -1));
            const __m256i thousandths =
                _mm256_add_epi32(_mm256_madd_epi16(red_green, _mm256_set1_epi32(299 | (587 << 16))),
                                 _mm256_madd_epi16(blue, _mm256_set1_epi32(114)));
            return _mm256_div_ps(_mm256_cvtepi32_ps(thousandths), _mm256_set1_ps(1000.0F));
        }
    }

    static inline void turn(V (&t)[N]) {
        V u[N];
#pragma GCC unroll 4
        for (int i = 0; i < N; i += 2) {
            u[i] = _mm256_unpacklo_ps(t[i], t[i + 1]);
            u[i + 1] = _mm256_unpackhi_ps(t[i], t[i + 1]);
        }
#pragma GCC unroll 2
        for (int i = 0; i < N; i += 4) {
            t[i] = _mm256_shuffle_ps(u[i], u[i + 2], 0x44);
            t[i + 1] = _mm256_shuffle_ps(u[i], u[i + 2], 0xEE);
            t[i + 2] = _mm256_shuffle_ps(u[i + 1], u[i + 3], 0x44);
            t[i + 3] = _mm256_shuffle_ps(u[i + 1], u[i + 3], 0xEE);
        }
#pragma GCC unroll 4
        for (int i = 0; i < 4; i++) {
            const V low = t[i];
            const V high = t[i + 4];
            t[i] = _mm256_permute2f128_ps(low, high, 0x20);
            t[i + 4] = _mm256_permute2f128_ps(low, high, 0x31);
        }
    }
};

#include "pdq_thumbnail.inl"

}  // namespace

const PdqKernel pdq_avx2 = {Lanes::N, __builtin_inff(), Thumbnail<Lanes>::make};

}  // namespace clew
#endif
