// The one source of the Hamming search. Each instruction-set file defines `Isa` in an anonymous namespace and then
// includes this file inside the same namespace, so that nothing here is merged with another file's build of it.
//
// Source: Norouzi, Punjani, Fleet, "Fast Search in Hamming Space with Multi-Index Hashing", CVPR 2012, for the tables;
// Qin, Xiao, "Pigeonring", VLDB 2018, for the bound: if two rows differ in at most r bits, then from some chunk on,
// every run of l consecutive chunks (cyclically) differs in at most l * r / 16 bits. With l = 1 that names the buckets
// to visit, with l = 2 the prints to keep. Every near row is therefore met; it is reported from its lowest such chunk.
// The proof is in docs/methods/hamming.md.

constexpr uint32_t flip_count = 17;  // a chunk itself and its 16 one-bit neighbours
constexpr uint32_t probe_limit = chunk_count * flip_count;
constexpr uint32_t line_prints = 32;       // in a cache line
constexpr int lines_ahead = 80;            // lines of prints fetched ahead of the one looked at
constexpr uint32_t rows_ahead = 24;        // rows fetched ahead of the one compared
constexpr uint32_t survivor_limit = 4096;  // compared at the latest when there are so many
// Beyond this share of all rows in the buckets of one query, reading every row in order is cheaper: what bounds the
// harm of a flood or of a list made to fill one bucket.
constexpr uint64_t crowded_share = 8;

struct Probe {
    uint32_t from, to;  // places in the table
    int lines;          // fetched
    uint32_t chunk;
};

struct Probes {
    Probe at[probe_limit];
    bool crowded;
};

struct Survivor {
    uint32_t chunk;
    uint32_t place;  // in the table; after the first stage, the row
};

inline uint32_t flip(uint32_t k) { return k == 0 ? 0 : 1U << (k - 1); }

// PER_CHUNK buckets are visited for each chunk: its own, and from 16 bits on also its one-bit neighbours.
template <uint32_t PER_CHUNK>
class Search {
   public:
    Search(const Tables& tables, const uint64_t* queries, size_t query_count, int radius, Sink sink)
        : tables_(tables),
          queries_(queries),
          query_count_(query_count),
          radius_(radius),
          first_bound_(radius / 16),
          second_bound_(2 * radius / 16),
          sink_(sink) {}

    bool run() {
        for (uint32_t chunk = 0; chunk < chunk_count; chunk++) prefetch_offsets(0, chunk);
        enter(0);
        for (size_t query = 0; query < query_count_ && sound_; query++) {
            if (located_ < query) enter(query);
            if (probes_[query & 1].crowded) {
                scan_one(query);
            } else {
                probe_all(query);
            }
        }
        return sound_;
    }

   private:
    static constexpr uint32_t probe_count = chunk_count * PER_CHUNK;

    uint16_t chunk_of(size_t query, uint32_t chunk) const {
        return static_cast<uint16_t>(queries_[row_words * query + chunk / 4] >> (16 * (chunk % 4)));
    }

    // The offsets of a chunk's buckets. Those that differ in the lowest four bits share a line.
    void prefetch_offsets(size_t query, uint32_t chunk) const {
        const uint32_t* offsets = tables_.table[chunk].offsets;
        const uint32_t home = chunk_of(query, chunk);
        __builtin_prefetch(offsets + home);
        for (uint32_t k = 5; k < PER_CHUNK; k++) __builtin_prefetch(offsets + (home ^ flip(k)));
    }

    // The buckets of one query, and the cursor at its first.
    void enter(size_t query) {
        Probes& probes = probes_[query & 1];
        Probe* probe = probes.at;
        uint64_t candidates = 0;
        for (uint32_t chunk = 0; chunk < chunk_count; chunk++) {
            const Table& table = tables_.table[chunk];
            const uint32_t home = chunk_of(query, chunk);
            for (uint32_t k = 0; k < PER_CHUNK; k++, probe++) {
                const uint32_t* offset = table.offsets + (home ^ flip(k));
                const uint32_t from = offset[0], to = offset[1];
                // Offsets were checked when the file was opened; a page gone bad since then must not lead outside it.
                const bool sound = from <= to && to <= tables_.count;
                sound_ &= sound;
                probe->from = sound ? from : 0;
                probe->to = sound ? to : 0;
                probe->chunk = chunk;
                candidates += probe->to - probe->from;
            }
        }
        probes.crowded = candidates > tables_.count / crowded_share;
        located_ = query;
        cursor_ = probes.crowded ? probe_count : 0;
    }

    // Fetches the cursor's bucket and moves on; false when there is nothing to fetch before `query` is done.
    bool fetch_next(size_t query) {
        if (cursor_ == probe_count) {
            if (located_ != query || located_ + 1 >= query_count_) return false;
            enter(located_ + 1);
            if (cursor_ == probe_count) return false;
        }
        Probe& probe = probes_[located_ & 1].at[cursor_++];
        const uint16_t* prints = tables_.table[probe.chunk].prints;
        const uint32_t last = probe.to > probe.from ? probe.to - 1 : probe.from;
        // First and last line without a branch: most buckets of a small index have no more.
        __builtin_prefetch(prints + probe.from);
        __builtin_prefetch(prints + last);
        probe.lines = 1 + static_cast<int>(last / line_prints - probe.from / line_prints);
        for (uint32_t at = probe.from + line_prints; at < last; at += line_prints) __builtin_prefetch(prints + at);
        fetched_ += probe.lines;
        return true;
    }

    // Takes the places of a bucket whose print is within the bound. Reads whole lines and none but the bucket's own,
    // two at a time: a line that was not fetched would cost more than all the others.
    template <class Take>
    static void visit(const Table& table, const Probe& probe, uint16_t wanted, int bound, Take&& take) {
        if (probe.from == probe.to) return;
        uint64_t inside = ~0ULL << (probe.from % line_prints);
        for (uint32_t line = probe.from / line_prints * line_prints; line < probe.to; line += 2 * line_prints) {
            const uint32_t left = probe.to - line;
            const uint32_t second = left > line_prints ? line + line_prints : line;
            uint64_t near = Isa::near_line(table.prints + line, wanted, bound);
            if (Isa::lines_are_cheap || left > line_prints) {
                near |= static_cast<uint64_t>(Isa::near_line(table.prints + second, wanted, bound)) << line_prints;
            }
            near &= inside & (~0ULL >> (left < 64 ? 64 - left : 0));
            inside = ~0ULL;
            while (__builtin_expect(near != 0, 0)) {
                take(line + static_cast<uint32_t>(__builtin_ctzll(near)));
                near &= near - 1;
            }
        }
    }

    void probe_all(size_t query) {
        const bool more = query + 1 < query_count_;
        const Probe* probe = probes_[query & 1].at;
        for (uint32_t chunk = 0; chunk < chunk_count; chunk++) {
            if (more && 2 * chunk < chunk_count) {  // the next query's offsets, well before the cursor comes to them
                prefetch_offsets(query + 1, 2 * chunk);
                prefetch_offsets(query + 1, 2 * chunk + 1);
            }
            const Table& table = tables_.table[chunk];
            const uint16_t next = chunk_of(query, (chunk + 1) % chunk_count);
            for (uint32_t k = 0; k < PER_CHUNK; k++, probe++) {
                while (fetched_ < lines_ahead && fetch_next(query)) {
                }
                visit(table, *probe, next, second_bound_ - (k != 0), [&](uint32_t place) {
                    __builtin_prefetch(table.ids + place);
                    survivors_[survivor_count_++] = {chunk, place};
                    if (survivor_count_ == survivor_limit) compare(query);
                });
                fetched_ -= probe->lines;
            }
        }
        compare(query);
    }

    // Reads the rows of the survivors so far and reports the near ones.
    void compare(size_t query) {
        const uint64_t* wanted = queries_ + row_words * query;
        const uint32_t count = survivor_count_;
        for (uint32_t i = 0; i < count + rows_ahead; i++) {
            if (i < count) {
                Survivor& survivor = survivors_[i];
                uint32_t row = tables_.table[survivor.chunk].ids[survivor.place];
                if (row >= tables_.count) {  // as with the offsets
                    sound_ = false;
                    row = 0;
                }
                survivor.place = row;
                __builtin_prefetch(tables_.rows + row_words * static_cast<uint64_t>(row));
            }
            if (i < rows_ahead) continue;
            const Survivor survivor = survivors_[i - rows_ahead];
            const uint64_t* row = tables_.rows + row_words * static_cast<uint64_t>(survivor.place);
            const int distance = Isa::distance(row, wanted);
            if (__builtin_expect(distance <= radius_, 0) && is_lowest(row, wanted, survivor.chunk)) {
                sink_.take(sink_.self, static_cast<uint32_t>(query), survivor.place, static_cast<uint32_t>(distance));
            }
        }
        survivor_count_ = 0;
    }

    // Whether no lower chunk leads to this row, so that it is reported once.
    bool is_lowest(const uint64_t* row, const uint64_t* wanted, uint32_t chunk) const {
        uint16_t differing[chunk_count];
        for (uint32_t j = 0; j < chunk_count; j++) {
            const uint64_t word = row[j / 4] ^ wanted[j / 4];
            differing[j] = static_cast<uint16_t>(__builtin_popcount(static_cast<uint16_t>(word >> (16 * (j % 4)))));
        }
        for (uint32_t j = 0; j < chunk; j++) {
            if (differing[j] <= first_bound_ && differing[j] + differing[j + 1] <= second_bound_) return false;
        }
        return true;
    }

    void scan_one(size_t query);

    const Tables& tables_;
    const uint64_t* queries_;
    const size_t query_count_;
    const int radius_;
    const int first_bound_, second_bound_;
    const Sink sink_;
    bool sound_ = true;
    size_t located_ = 0;         // the last query whose buckets are known: this one or the next
    uint32_t cursor_ = 0;        // its next bucket to fetch
    int fetched_ = 0;            // lines fetched and not yet compared
    uint32_t survivor_count_ = 0;
    Probes probes_[2];
    Survivor survivors_[survivor_limit];
};

// ---- the scan

constexpr uint64_t tile_rows = 16384;  // 512 KiB: stays in a core's second cache while all queries pass over it

struct Scan {
    int radius;
    Sink sink;

    void consider(const uint64_t* row, const uint64_t* wanted, uint32_t query, uint64_t place) const {
        const int distance = Isa::distance(row, wanted);
        if (distance <= radius) {
            sink.take(sink.self, query, static_cast<uint32_t>(place), static_cast<uint32_t>(distance));
        }
    }

    // Rows from..to against QUERIES queries held in registers; the first 128 bits alone dismiss nearly every row.
    template <uint32_t QUERIES>
    void tile(const uint64_t* rows, uint64_t from, uint64_t to, const uint64_t* queries, uint32_t first) const {
        typename Isa::Half wanted[QUERIES];
        for (uint32_t k = 0; k < QUERIES; k++) wanted[k] = Isa::spread(queries + row_words * k);
        uint64_t i = from;
        for (; i + Isa::lanes <= to; i += Isa::lanes) {
            const typename Isa::Half halves = Isa::first_halves(rows + row_words * i);
            for (uint32_t k = 0; k < QUERIES; k++) {
                uint32_t near = Isa::near_halves(halves, wanted[k], radius);
                while (__builtin_expect(near != 0, 0)) {
                    const uint64_t place = i + static_cast<uint32_t>(__builtin_ctz(near));
                    near &= near - 1;
                    consider(rows + row_words * place, queries + row_words * k, first + k, place);
                }
            }
        }
        for (; i < to; i++) {
            for (uint32_t k = 0; k < QUERIES; k++) {
                consider(rows + row_words * i, queries + row_words * k, first + k, i);
            }
        }
    }
};

void scan_rows(const uint64_t* rows, uint64_t count, const uint64_t* queries, size_t query_count, uint32_t first,
               int radius, Sink sink) {
    const Scan scan{radius, sink};
    for (uint64_t from = 0; from < count; from += tile_rows) {
        const uint64_t to = from + tile_rows < count ? from + tile_rows : count;
        size_t k = 0;
        for (; k + 8 <= query_count; k += 8) {
            scan.tile<8>(rows, from, to, queries + row_words * k, first + static_cast<uint32_t>(k));
        }
        for (; k < query_count; k++) {
            scan.tile<1>(rows, from, to, queries + row_words * k, first + static_cast<uint32_t>(k));
        }
    }
}

// Any width: the plain way, for digests that are few enough to be scanned.
void scan_wide(const uint64_t* rows, uint64_t count, uint32_t words, const uint64_t* queries, size_t query_count,
               int radius, Sink sink) {
    for (uint64_t i = 0; i < count; i++) {
        const uint64_t* row = rows + words * i;
        for (size_t k = 0; k < query_count; k++) {
            const uint64_t* wanted = queries + words * k;
            int distance = 0;
            for (uint32_t word = 0; word < words; word++) distance += Isa::bits(row[word] ^ wanted[word]);
            if (distance <= radius) {
                sink.take(sink.self, static_cast<uint32_t>(k), static_cast<uint32_t>(i),
                          static_cast<uint32_t>(distance));
            }
        }
    }
}

template <uint32_t PER_CHUNK>
void Search<PER_CHUNK>::scan_one(size_t query) {
    const uint64_t* wanted = queries_ + row_words * query;
    scan_rows(tables_.rows, tables_.count, wanted, 1, static_cast<uint32_t>(query), radius_, sink_);
}

bool search(const Tables& tables, const uint64_t* queries, size_t query_count, int radius, Sink sink) {
    if (query_count == 0) return true;
    if (radius < 16) return Search<1>(tables, queries, query_count, radius, sink).run();
    return Search<flip_count>(tables, queries, query_count, radius, sink).run();
}

void scan(const uint64_t* rows, uint64_t count, uint32_t words, const uint64_t* queries, size_t query_count, int radius,
          Sink sink) {
    if (words == row_words) {
        scan_rows(rows, count, queries, query_count, 0, radius, sink);
    } else {
        scan_wide(rows, count, words, queries, query_count, radius, sink);
    }
}
