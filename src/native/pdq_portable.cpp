// PDQ's thumbnail in four-wide vectors that every compiler target has or imitates.
#include "pdq.hpp"

namespace clew {

namespace {

struct Lanes {
    static constexpr int N = 4;
    typedef float V __attribute__((vector_size(16)));
    typedef int Order __attribute__((vector_size(16)));

    static inline V zero() { return V{0, 0, 0, 0}; }
    static inline V load(const float* p) {
        V v;
        __builtin_memcpy(&v, p, sizeof v);
        return v;
    }
    static inline void store(float* p, V v) { __builtin_memcpy(p, &v, sizeof v); }
    static inline V divide(V sum, float divisor, float) { return sum / divisor; }

    // The reference weighs in float64 and rounds to float32; that is the nearest float32 to thousandths / 1000, for every
    // colour (tests/kernels/test_pdq.py tries all of them), and so is this division.
    template <int Channels>
    static inline V luma(const std::uint8_t* p) {
        V v;
        for (int i = 0; i < N; i++) {
            if constexpr (Channels == 3) {
                v[i] = static_cast<float>(299 * p[3 * i] + 587 * p[3 * i + 1] + 114 * p[3 * i + 2]);
            } else {
                v[i] = static_cast<float>(p[i]);
            }
        }
        return Channels == 3 ? v / 1000.0F : v;
    }

    static inline void turn(V (&t)[N]) {
        const V a = shuffle(t[0], t[1], Order{0, 4, 1, 5});
        const V b = shuffle(t[0], t[1], Order{2, 6, 3, 7});
        const V c = shuffle(t[2], t[3], Order{0, 4, 1, 5});
        const V d = shuffle(t[2], t[3], Order{2, 6, 3, 7});
        t[0] = shuffle(a, c, Order{0, 1, 4, 5});
        t[1] = shuffle(a, c, Order{2, 3, 6, 7});
        t[2] = shuffle(b, d, Order{0, 1, 4, 5});
        t[3] = shuffle(b, d, Order{2, 3, 6, 7});
    }

private:
    static inline V shuffle(V a, V b, Order order) {
#if defined(__clang__)
        V v;
        for (int i = 0; i < N; i++) v[i] = order[i] < N ? a[order[i]] : b[order[i] - N];
        return v;
#else
        return __builtin_shuffle(a, b, order);
#endif
    }
};

#include "pdq_thumbnail.inl"

}  // namespace

const PdqKernel pdq_portable = {Lanes::N, __builtin_inff(), Thumbnail<Lanes>::make};

}  // namespace clew
