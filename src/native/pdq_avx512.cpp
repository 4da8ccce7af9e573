// PDQ's thumbnail, sixteen rows or columns at a time.
#if defined(__x86_64__)
// GCC 12 takes the undefined vectors inside its own header for mistakes of ours (GCC bug 105593).
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#include <immintrin.h>
#pragma GCC diagnostic pop

#include "pdq.hpp"

namespace clew {

namespace {

struct Lanes {
    static constexpr int N = 16;
    using V = __m512;

    static inline V zero() { return _mm512_setzero_ps(); }
    static inline V load(const float* p) { return _mm512_loadu_ps(p); }
    static inline void store(float* p, V v) { _mm512_storeu_ps(p, v); }

    // Division three times cheaper than the instruction, and still correctly rounded. Source: Markstein, "Computation of
    // elementary functions on the IBM RISC System/6000 processor", 1990: with y the nearest float to 1/d, q within one
    // unit of s/d and r = s - q d exact, q + r y rounds to the nearest float of s/d. It needs that nothing underflows:
    // sums are zero or at least 2^-60. A divisor and reciprocal of 0 make 0.
    static inline V divide(V sum, float divisor, float reciprocal) {
        const V y = _mm512_set1_ps(reciprocal);
        const V q = _mm512_mul_ps(sum, y);
        const V r = _mm512_fnmadd_ps(q, _mm512_set1_ps(divisor), sum);
        return _mm512_fmadd_ps(r, y, q);
    }

    // See pdq_portable.cpp for why one division by 1000 gives the reference's luma.
    template <int Channels>
    static inline V luma(const std::uint8_t* p) {
        if constexpr (Channels == 1) {
            const __m128i grey = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
            return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(grey));
        } else {
            // 48 bytes, four pixels to each quarter of the vector.
            const __m512i packed = _mm512_maskz_loadu_epi8(0x0000FFFFFFFFFFFFULL, p);
            const __m512i bytes = _mm512_permutexvar_epi32(
                _mm512_setr_epi32(0, 1, 2, 0, 3, 4, 5, 0, 6, 7, 8, 0, 9, 10, 11, 0), packed);
            const __m512i red_green = _mm512_shuffle_epi8(
                bytes, _mm512_broadcast_i32x4(
                           _mm_setr_epi8(0, -1, 1, -1, 3, -1, 4, -1, 6, -1, 7, -1, 9, -1, 10, -1)));
            const __m512i blue = _mm512_shuffle_epi8(
                bytes, _mm512_broadcast_i32x4(
                           _mm_setr_epi8(2, -1, -1, -1, 5, -1, -1, -1, 8, -1, -1, -1, 11, -1, -1, -1)));
            const __m512i thousandths =
                _mm512_add_epi32(_mm512_madd_epi16(red_green, _mm512_set1_epi32(299 | (587 << 16))),
                                 _mm512_madd_epi16(blue, _mm512_set1_epi32(114)));
            return divide(_mm512_cvtepi32_ps(thousandths), 1000.0F, 1.0F / 1000.0F);
        }
    }

    static inline void turn(V (&t)[N]) {
        V u[N];
#pragma GCC unroll 8
        for (int i = 0; i < N; i += 2) {
            u[i] = _mm512_unpacklo_ps(t[i], t[i + 1]);
            u[i + 1] = _mm512_unpackhi_ps(t[i], t[i + 1]);
        }
#pragma GCC unroll 4
        for (int i = 0; i < N; i += 4) {
            t[i] = _mm512_shuffle_ps(u[i], u[i + 2], 0x44);
            t[i + 1] = _mm512_shuffle_ps(u[i], u[i + 2], 0xEE);
            t[i + 2] = _mm512_shuffle_ps(u[i + 1], u[i + 3], 0x44);
            t[i + 3] = _mm512_shuffle_ps(u[i + 1], u[i + 3], 0xEE);
        }
        // t[4 a + b] now holds, in quarter q, column 4 q + b of rows 4 a to 4 a + 3.
#pragma GCC unroll 4
        for (int b = 0; b < 4; b++) {
            const V low_even = _mm512_shuffle_f32x4(t[b], t[b + 4], 0x88);
            const V low_odd = _mm512_shuffle_f32x4(t[b], t[b + 4], 0xDD);
            const V high_even = _mm512_shuffle_f32x4(t[b + 8], t[b + 12], 0x88);
            const V high_odd = _mm512_shuffle_f32x4(t[b + 8], t[b + 12], 0xDD);
            t[b] = _mm512_shuffle_f32x4(low_even, high_even, 0x88);
            t[b + 4] = _mm512_shuffle_f32x4(low_odd, high_odd, 0x88);
            t[b + 8] = _mm512_shuffle_f32x4(low_even, high_even, 0xDD);
            t[b + 12] = _mm512_shuffle_f32x4(low_odd, high_odd, 0xDD);
        }
    }
};

#include "pdq_thumbnail.inl"

}  // namespace

const PdqKernel pdq_avx512 = {Lanes::N, 0.0F, Thumbnail<Lanes>::make};

}  // namespace clew
#endif
