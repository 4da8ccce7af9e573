// PDQ: preparing the work, choosing the instruction set, and the door to Python.
#include "pdq.hpp"

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <algorithm>
#include <cstring>
#include <new>

#include "dispatch.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace clew {

namespace {

using Pixels = nb::ndarray<const std::uint8_t, nb::c_contig, nb::device::cpu>;

const PdqKernel& kernel() {
#if defined(__x86_64__)
    if (cpu() == Cpu::avx512) return pdq_avx512;
    if (cpu() == Cpu::avx2) return pdq_avx2;
#endif
    return pdq_portable;
}

// Working memory that a thread keeps for its next picture, unless a huge one made it huge.
class Scratch {
   public:
    Scratch() = default;
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    ~Scratch() { release(); }

    float* take(std::size_t floats) {
        if (floats > capacity_) {
            release();
            memory_ = static_cast<float*>(::operator new(floats * sizeof(float), alignment));
            capacity_ = floats;
        }
        return memory_;
    }
    void trim() {
        if (capacity_ * sizeof(float) > kept_bytes) release();
    }

   private:
    static constexpr std::align_val_t alignment{64};
    static constexpr std::size_t kept_bytes = 16U << 20U;

    void release() {
        ::operator delete(memory_, alignment);
        memory_ = nullptr;
        capacity_ = 0;
    }

    float* memory_ = nullptr;
    std::size_t capacity_ = 0;
};

constexpr std::ptrdiff_t round_up(std::ptrdiff_t n, std::ptrdiff_t to) { return (n + to - 1) / to * to; }

// Everything but the two tables.
PdqAxis axis_of(std::ptrdiff_t length) {
    PdqAxis axis{};
    axis.length = length;
    axis.window = (length + 2 * pdq_side - 1) / (2 * pdq_side);
    axis.lag = axis.window / 2;
    for (int k = 0; k < pdq_side; k++) {
        axis.picks[k] = static_cast<std::ptrdiff_t>((k + 0.5) * static_cast<double>(length) / pdq_side);
    }
    return axis;
}

void fill_tables(PdqAxis& axis, std::ptrdiff_t steps, float no_output) {
    for (std::ptrdiff_t s = 0; s < steps; s++) {
        const std::ptrdiff_t from = std::max<std::ptrdiff_t>(s - axis.window + 1, 0);
        const std::ptrdiff_t count = std::min(s + 1, axis.length) - from;
        const bool gives = s >= axis.lag && s < axis.length + axis.lag;
        axis.divisors[s] = gives ? static_cast<float>(count) : no_output;
        axis.reciprocals[s] = gives ? 1.0F / static_cast<float>(count) : 0.0F;
    }
}

// The last step of an axis that any pick still needs.
std::ptrdiff_t last_step(const PdqAxis& axis) { return axis.picks[pdq_side - 1] + axis.lag; }

void box_filtered_thumbnail(const PdqPicture& picture, PdqThumbnail thumbnail) {
    thread_local Scratch scratch;
    const PdqKernel& best = kernel();
    const std::ptrdiff_t lanes = best.lanes;
    PdqJob job{};
    job.picture = picture;
    job.across = axis_of(picture.width);
    job.down = axis_of(picture.height);
    job.tiles = last_step(job.across) / lanes + 1;
    // The second pass down reads the first one's output for its last step, or for the last row there is.
    const std::ptrdiff_t last_row = std::min(last_step(job.down), picture.height - 1);
    job.groups = (last_row + job.down.lag) / lanes + 1;
    job.ring_rows = round_up(job.down.window + lanes, lanes);
    const std::ptrdiff_t columns = job.tiles * lanes;
    job.ring_stride = round_up(columns, 16);
    if (job.ring_stride % 32 == 0) job.ring_stride += 16;  // so that the rows do not all fall on the same cache sets
    const std::ptrdiff_t across_steps = columns + job.across.lag;
    const std::ptrdiff_t luma_columns = job.across.window + std::max(across_steps, picture.width);

    const std::ptrdiff_t sizes[] = {
        across_steps, across_steps, job.groups * lanes, job.groups * lanes, luma_columns * lanes,
        (job.across.window + columns) * lanes, job.ring_rows * job.ring_stride, columns, job.groups * lanes * pdq_side,
        picture.width};
    std::ptrdiff_t total = 0;
    for (const std::ptrdiff_t size : sizes) total += round_up(size, 16);
    float* next = scratch.take(static_cast<std::size_t>(total));
    float* parts[std::size(sizes)];
    for (std::size_t i = 0; i < std::size(sizes); i++) {
        parts[i] = next;
        next += round_up(sizes[i], 16);
    }
    job.across.divisors = parts[0];
    job.across.reciprocals = parts[1];
    job.down.divisors = parts[2];
    job.down.reciprocals = parts[3];
    job.luma = parts[4];
    job.smooth = parts[5];
    job.ring = parts[6];
    job.column_sums = parts[7];
    job.picked = parts[8];
    job.blank = reinterpret_cast<const std::uint8_t*>(parts[9]);
    fill_tables(job.across, across_steps, best.no_output);
    fill_tables(job.down, job.groups * lanes, best.no_output);

    // Zero is what lies before the first and behind the last column, and above the first row.
    std::fill_n(job.luma, job.across.window * lanes, 0.0F);
    float* behind = job.luma + (job.across.window + picture.width) * lanes;
    std::fill(behind, std::max(behind, job.luma + luma_columns * lanes), 0.0F);
    std::fill_n(job.smooth, job.across.window * lanes, 0.0F);
    std::fill(job.ring + (job.ring_rows - job.down.window) * job.ring_stride,
              job.ring + job.ring_rows * job.ring_stride, 0.0F);
    std::fill_n(job.column_sums, columns, 0.0F);
    std::fill_n(parts[9], picture.width, 0.0F);
    best.thumbnail(job, thumbnail);
    scratch.trim();
}

// A picture of exactly the thumbnail's size is taken as it is, as the reference does (though not for the eight forms).
void own_thumbnail(const PdqPicture& picture, PdqThumbnail thumbnail) {
    const std::uint8_t* p = picture.pixels;
    for (int i = 0; i < pdq_side; i++) {
        for (int j = 0; j < pdq_side; j++, p += picture.channels) {
            thumbnail[i][j] = picture.channels == 3 ? static_cast<float>(299 * p[0] + 587 * p[1] + 114 * p[2]) / 1000.0F
                                                    : static_cast<float>(p[0]);
        }
    }
}

PdqPicture picture_of(const Pixels& pixels) {
    const bool grey = pixels.ndim() == 2;
    if (!grey && (pixels.ndim() != 3 || pixels.shape(2) != 3)) {
        throw nb::value_error("pixels must be (height, width, 3) for RGB or (height, width) for grey");
    }
    return {pixels.data(), static_cast<std::ptrdiff_t>(pixels.shape(0)), static_cast<std::ptrdiff_t>(pixels.shape(1)),
            grey ? 1 : 3};
}

bool too_small(std::ptrdiff_t height, std::ptrdiff_t width) {
    return height < pdq_smallest_side || width < pdq_smallest_side;
}

float contrast(const PdqThumbnail thumbnail) {
    const float* cells = &thumbnail[0][0];
    const auto [darkest, brightest] = std::minmax_element(cells, cells + pdq_side * pdq_side);
    return *brightest - *darkest;
}

struct Hash {
    PdqBits bits[pdq_forms];
    int forms;
    int quality;
    float contrast;

    explicit Hash(int count) : bits{}, forms(count), quality(0), contrast(0.0F) {}

    void finish(const PdqThumbnail thumbnail) {
        quality = pdq_quality(thumbnail);
        contrast = clew::contrast(thumbnail);
        PdqTerms terms;
        PdqTerms turned;
        pdq_terms(thumbnail, terms);
        for (int form = 0; form < forms; form++) {
            pdq_turn(terms, form, turned);
            pdq_bits(turned, bits[form]);
        }
    }

    // (the hashes one behind the other, quality, contrast)
    nb::tuple object() const {
        const nb::bytes values(reinterpret_cast<const char*>(bits), sizeof(PdqBits) * static_cast<std::size_t>(forms));
        return nb::make_tuple(values, quality, contrast);
    }
};

nb::tuple pdq(const Pixels& pixels) {
    const PdqPicture picture = picture_of(pixels);
    Hash hash(1);
    {
        const nb::gil_scoped_release unlocked;
        if (!too_small(picture.height, picture.width)) {
            PdqThumbnail thumbnail;
            if (picture.height == pdq_side && picture.width == pdq_side) {
                own_thumbnail(picture, thumbnail);
            } else {
                box_filtered_thumbnail(picture, thumbnail);
            }
            hash.finish(thumbnail);
        }
    }
    return hash.object();
}

nb::tuple pdq_dihedral(const Pixels& pixels) {
    const PdqPicture picture = picture_of(pixels);
    Hash hash(pdq_forms);
    {
        const nb::gil_scoped_release unlocked;
        if (!too_small(picture.height, picture.width)) {
            PdqThumbnail thumbnail;
            box_filtered_thumbnail(picture, thumbnail);
            hash.finish(thumbnail);
        }
    }
    return hash.object();
}

nb::tuple pdq_scaled(const Pixels& pixels, std::ptrdiff_t full_height, std::ptrdiff_t full_width, std::ptrdiff_t scale,
                     bool dihedral) {
    const PdqPicture picture = picture_of(pixels);
    if (scale < 1 || full_height < 1 || full_width < 1 || picture.height != (full_height - 1) / scale + 1 ||
        picture.width != (full_width - 1) / scale + 1) {
        throw nb::value_error("pixels must have the full size divided by the scale, rounded up");
    }
    Hash hash(dihedral ? pdq_forms : 1);
    {
        const nb::gil_scoped_release unlocked;
        if (!too_small(full_height, full_width)) {
            PdqThumbnail thumbnail;
            pdq_scaled_thumbnail(picture, full_height, full_width, scale, thumbnail);
            hash.finish(thumbnail);
        }
    }
    return hash.object();
}

}  // namespace

void bind_pdq(nb::module_& m) {
    m.def("pdq", &pdq, "pixels"_a.noconvert());
    m.def("pdq_dihedral", &pdq_dihedral, "pixels"_a.noconvert());
    m.def("pdq_scaled", &pdq_scaled, "pixels"_a.noconvert(), "full_height"_a, "full_width"_a, "scale"_a,
          "dihedral"_a);
}

}  // namespace clew
