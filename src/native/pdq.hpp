// PDQ: a 256-bit hash of what a picture shows, from a 64 x 64 thumbnail of its luma and 16 x 16 of its cosine terms.
//
// The reference implementation sums in float32, in one fixed order, so that a picture with symmetric or weak structure
// hashes by the rounding of those sums. To be equal to it bit for bit, this kernel repeats its very float operations; it
// is fast because whole groups of rows (or columns) run through them side by side in one vector, never out of order.
// Source: Meta, "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm", 2019; order of operations as
// in pdqhash 0.2.8.
#pragma once

#include <cstddef>
#include <cstdint>

namespace clew {

constexpr int pdq_side = 64;          // the thumbnail
constexpr int pdq_term_side = 16;         // cosine terms kept in each direction, the constant one left out
constexpr int pdq_smallest_side = 5;   // below it the reference hashes nothing: 256 zero bits, quality 0
constexpr int pdq_forms = 8;

struct PdqPicture {
    const std::uint8_t* pixels;  // contiguous, rows from the top
    std::ptrdiff_t height;
    std::ptrdiff_t width;
    int channels;  // 3: RGB, 1: grey
};

using PdqThumbnail = float[pdq_side][pdq_side];
using PdqTerms = float[pdq_term_side][pdq_term_side];
using PdqBits = std::uint8_t[32];  // most significant bit first

// One direction of a box filter. The window slides one place a step: step s adds value s (while there is one), takes off
// value s - window (once there is one), and gives output s - lag: the sum divided by how many values are in the window.
struct PdqAxis {
    std::ptrdiff_t length;
    std::ptrdiff_t window;
    std::ptrdiff_t lag;
    std::ptrdiff_t picks[pdq_side];  // which outputs become the thumbnail's rows or columns
    float* divisors;                 // one a step; a step that gives no output has the kernel's own "makes zero"
    float* reciprocals;              // of the divisors, rounded to nearest; 0 where there is no output
};

// Everything a thumbnail kernel needs, prepared by plain code. Kernels built for a newer instruction set allocate nothing
// and call nothing of the standard library: an inline function compiled there could be linked into the plain path.
struct PdqJob {
    PdqPicture picture;
    PdqAxis across;  // along a row
    PdqAxis down;    // along a column
    std::ptrdiff_t tiles;        // blocks of `lanes` columns
    std::ptrdiff_t groups;       // blocks of `lanes` rows
    std::ptrdiff_t ring_rows;    // a multiple of `lanes`
    std::ptrdiff_t ring_stride;  // floats
    float* luma;                 // window + all steps, each `lanes` rows: luma by columns
    float* smooth;               // the same for the second pass across
    float* ring;                 // the last rows after the first pass across
    float* column_sums;          // running sums of the first pass down
    float* picked;               // groups * lanes rows of 64: after the second pass across
    const std::uint8_t* blank;   // a row of zeros that stands for rows below the picture
};

struct PdqKernel {
    int lanes;
    float no_output;  // the divisor of a step that gives no output: dividing by it makes zero
    void (*thumbnail)(const PdqJob&, PdqThumbnail);
};

extern const PdqKernel pdq_portable;
#if defined(__x86_64__)
extern const PdqKernel pdq_avx2;
extern const PdqKernel pdq_avx512;
#endif

// What the reference calls image-domain quality, 0 to 100: how many steep steps the thumbnail has.
int pdq_quality(const PdqThumbnail thumbnail);

// The thumbnail's cosine terms (1..16) x (1..16).
void pdq_terms(const PdqThumbnail thumbnail, PdqTerms terms);

// One bit a term: is it greater than the lower median?
void pdq_bits(const PdqTerms terms, PdqBits bits);

// The terms of the picture turned or mirrored: 0 itself, 1..3 rotated by 90, 180, 270 degrees, 4..7 mirrored in the
// reference's order: x, y, plus, minus.
void pdq_turn(const PdqTerms terms, int form, PdqTerms turned);

// The thumbnail of a picture that was decoded at 1/scale of its size: the two box passes of the full size as one weighted
// sum, its weights folded onto the small grid. Equal to the reference's only up to what the small grid lost.
void pdq_scaled_thumbnail(const PdqPicture& small, std::ptrdiff_t full_height, std::ptrdiff_t full_width,
                          std::ptrdiff_t scale, PdqThumbnail thumbnail);

}  // namespace clew
