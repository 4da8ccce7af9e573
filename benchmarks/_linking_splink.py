"""Splink on the reports of `linking_reports`, for the side-by-side table; installed with the bench's peers.

Every identifier as an exact comparison, names fuzzily, the birth date exactly; candidate pairs by every equal
identifier and by name with birth date; parameters estimated as its documentation says. It is a batch linker: all
reports at once.
"""

import duckdb
import numpy as np
import splink.comparison_library as compare
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from benchmarks.linking_reports import KINDS, Reports
from benchmarks.linking_reports.names import first_names, last_names

_NAMING = KINDS[:5]
_MOST_PAIRS = 2e6


def splink_labels(reports: Reports, probability: float) -> np.ndarray:
    """Of each report, the lowest number in its cluster at that threshold of a pair's probability."""
    connection = duckdb.connect()
    api = DuckDBAPI(connection)
    linker = Linker(
        api.register(_table(connection, reports), dataset_display_name="reports"), _settings(), log_level=40
    )
    train = linker.training
    train.estimate_probability_two_random_records_match([block_on(kind) for kind in _NAMING], recall=0.4)
    train.estimate_u_using_random_sampling(max_pairs=_MOST_PAIRS, seed=1)
    for rule in (block_on("email"), block_on("account"), block_on("device")):
        train.estimate_parameters_using_expectation_maximisation(rule, max_pairs=_MOST_PAIRS)
    pairs = linker.inference.predict(threshold_match_probability=probability)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
        pairs, threshold_match_probability=probability
    )
    found = connection.sql(
        f"SELECT unique_id, min(unique_id) OVER (PARTITION BY cluster_id) AS label FROM {clusters.physical_name}"
    ).fetchnumpy()
    labels = np.arange(len(reports))
    labels[found["unique_id"]] = found["label"]
    return labels


def _settings() -> SettingsCreator:
    fuzzy = [compare.JaroWinklerAtThresholds(name, [0.92, 0.8]) for name in ("first_name", "last_name")]
    exact = [compare.ExactMatch(kind) for kind in (*_NAMING, "birth_day")]
    return SettingsCreator(
        link_type="dedupe_only",
        comparisons=[*exact, *(each.configure(term_frequency_adjustments=True) for each in fuzzy)],
        blocking_rules_to_generate_predictions=[
            *(block_on(kind) for kind in _NAMING),
            block_on("last_name", "birth_day"),
            block_on("first_name", "birth_day"),
        ],
        retain_matching_columns=False,
    )


def _table(connection: duckdb.DuckDBPyConnection, reports: Reports) -> str:
    columns = {name: values for name, values in reports.columns().items() if name in {*_NAMING, "birth_day"}}
    columns["unique_id"] = np.arange(len(reports))
    for name, codes, texts in (
        ("first_name", reports.first_name, first_names()),
        ("last_name", reports.last_name, last_names()),
    ):
        spellings, places = np.unique(codes, return_inverse=True)
        columns[name] = np.array([texts.render(int(each)) or "" for each in spellings], object)[places]
    connection.register("columns", columns)
    absent = ", ".join(
        f"nullif({name}, {repr('') if name.endswith('_name') else 0}) AS {name}"
        for name in columns
        if name != "unique_id"
    )
    connection.sql(f"CREATE TABLE reports AS SELECT unique_id, {absent} FROM columns")
    return "reports"
