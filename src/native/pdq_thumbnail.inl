// The reference's two box-filter passes and decimation, for `Lanes::N` rows or columns side by side.
//
// Included once by each instruction set's file, inside an unnamed namespace, with its own `Lanes`. The picture is worked
// off in groups of N rows. Within a group: luma is laid by columns, so that a vector holds one column of N rows, and the
// running sum across goes column by column for N rows at once; a tile of N x N sums is turned, and the running sum down
// goes row by row for N columns at once; the tile is turned again for the second pass across. The second pass down has
// only the 64 picked columns left. Each running sum is its own lane from the first value to the last: the same additions
// in the same order as the reference, so the same rounding.

template <class Lanes>
struct Thumbnail {
    static constexpr int N = Lanes::N;
    using V = typename Lanes::V;
    static constexpr std::ptrdiff_t prefetched_bytes = 256;

    static inline V divided(V sum, const PdqAxis& axis, std::ptrdiff_t step) {
        return Lanes::divide(sum, axis.divisors[step], axis.reciprocals[step]);
    }

    template <int Channels>
    static void luma_by_columns(const PdqJob& job, std::ptrdiff_t group) {
        const std::ptrdiff_t row_bytes = job.picture.width * Channels;
        const std::uint8_t* rows[N];
        for (int r = 0; r < N; r++) {
            const std::ptrdiff_t row = group * N + r;
            rows[r] = row < job.picture.height ? job.picture.pixels + row * row_bytes : job.blank;
        }
        float* out = job.luma + job.across.window * N;
        const std::ptrdiff_t whole = job.picture.width / N;
        V tile[N];
        for (std::ptrdiff_t k = 0; k < whole; k++) {
#pragma GCC unroll 16
            for (int r = 0; r < N; r++) {
                const std::uint8_t* p = rows[r] + k * N * Channels;
                // N rows at once are more streams than the machine foresees by itself.
                __builtin_prefetch(p + prefetched_bytes);
                tile[r] = Lanes::template luma<Channels>(p);
            }
            Lanes::turn(tile);
#pragma GCC unroll 16
            for (int c = 0; c < N; c++) Lanes::store(out + (k * N + c) * N, tile[c]);
        }
        const std::ptrdiff_t rest = job.picture.width - whole * N;
        if (rest == 0) return;
        for (int r = 0; r < N; r++) {
            std::uint8_t tail[N * Channels] = {};
            for (std::ptrdiff_t b = 0; b < rest * Channels; b++) tail[b] = rows[r][whole * N * Channels + b];
            tile[r] = Lanes::template luma<Channels>(tail);
        }
        Lanes::turn(tile);
        for (std::ptrdiff_t c = 0; c < rest; c++) Lanes::store(out + (whole * N + c) * N, tile[c]);
    }

    static void sweep(const PdqJob& job, std::ptrdiff_t group) {
        const PdqAxis& across = job.across;
        const PdqAxis& down = job.down;
        const std::ptrdiff_t first_row = group * N;
        float* fresh[N];
        const float* stale[N];
        for (int r = 0; r < N; r++) {
            fresh[r] = job.ring + ((first_row + r) % job.ring_rows) * job.ring_stride;
            stale[r] = job.ring + ((first_row + r + job.ring_rows - down.window) % job.ring_rows) * job.ring_stride;
        }
        const float* luma_in = job.luma + across.window * N;
        const float* luma_out = job.luma;
        float* smooth_in = job.smooth + across.window * N;
        const float* smooth_out = job.smooth;
        float picked[pdq_side * N];
        int next_pick = 0;

        V sum_across = Lanes::zero();
        V sum_again = Lanes::zero();
        for (std::ptrdiff_t s = 0; s < across.lag; s++) {
            sum_across = sum_across + Lanes::load(luma_in + s * N);
            sum_across = sum_across - Lanes::load(luma_out + s * N);
        }
        V tile[N];
        for (std::ptrdiff_t k = 0; k < job.tiles; k++) {
            const std::ptrdiff_t column = k * N;
#pragma GCC unroll 16
            for (int c = 0; c < N; c++) {
                const std::ptrdiff_t s = column + c + across.lag;
                sum_across = sum_across + Lanes::load(luma_in + s * N);
                sum_across = sum_across - Lanes::load(luma_out + s * N);
                tile[c] = divided(sum_across, across, s);
            }
            Lanes::turn(tile);
#pragma GCC unroll 16
            for (int r = 0; r < N; r++) Lanes::store(fresh[r] + column, tile[r]);
            V sum_down = Lanes::load(job.column_sums + column);
#pragma GCC unroll 16
            for (int r = 0; r < N; r++) {
                sum_down = sum_down + tile[r];
                sum_down = sum_down - Lanes::load(stale[r] + column);
                tile[r] = divided(sum_down, down, first_row + r);
            }
            Lanes::store(job.column_sums + column, sum_down);
            Lanes::turn(tile);
#pragma GCC unroll 16
            for (int c = 0; c < N; c++) {
                Lanes::store(smooth_in + (column + c) * N, tile[c]);
                sum_again = sum_again + tile[c];
                sum_again = sum_again - Lanes::load(smooth_out + (column + c) * N);
                tile[c] = sum_again;
            }
            if (next_pick < pdq_side && across.picks[next_pick] + across.lag < column + N) {
                float sums[N * N];
#pragma GCC unroll 16
                for (int c = 0; c < N; c++) Lanes::store(sums + c * N, tile[c]);
                while (next_pick < pdq_side && across.picks[next_pick] + across.lag < column + N) {
                    const std::ptrdiff_t s = across.picks[next_pick] + across.lag;
                    const V value = divided(Lanes::load(sums + (s - column) * N), across, s);
                    Lanes::store(picked + next_pick * N, value);
                    next_pick++;
                }
            }
        }
        for (int block = 0; block < pdq_side; block += N) {
            for (int c = 0; c < N; c++) tile[c] = Lanes::load(picked + (block + c) * N);
            Lanes::turn(tile);
            for (int r = 0; r < N; r++) Lanes::store(job.picked + (first_row + r) * pdq_side + block, tile[r]);
        }
    }

    static void last_pass_down(const PdqJob& job, PdqThumbnail out) {
        const PdqAxis& down = job.down;
        const float* rows = job.picked + down.lag * pdq_side;  // row 0 of the first pass down came out at step `lag`
        V sums[pdq_side / N];
        for (V& sum : sums) sum = Lanes::zero();
        int next_pick = 0;
        for (std::ptrdiff_t s = 0; next_pick < pdq_side; s++) {
            for (int b = 0; b < pdq_side / N; b++) {
                if (s < down.length) sums[b] = sums[b] + Lanes::load(rows + s * pdq_side + b * N);
                if (s >= down.window) sums[b] = sums[b] - Lanes::load(rows + (s - down.window) * pdq_side + b * N);
            }
            for (; next_pick < pdq_side && down.picks[next_pick] + down.lag == s; next_pick++) {
                for (int b = 0; b < pdq_side / N; b++) {
                    Lanes::store(out[next_pick] + b * N, divided(sums[b], down, s));
                }
            }
        }
    }

    static void make(const PdqJob& job, PdqThumbnail out) {
        for (std::ptrdiff_t group = 0; group < job.groups; group++) {
            if (job.picture.channels == 3) {
                luma_by_columns<3>(job, group);
            } else {
                luma_by_columns<1>(job, group);
            }
            sweep(job, group);
        }
        last_pass_down(job, out);
    }
};
