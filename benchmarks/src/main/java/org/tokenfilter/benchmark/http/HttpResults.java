package org.tokenfilter.benchmark.http;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.benchmark.database.Activity;
import org.tokenfilter.benchmark.load.Latencies;
import org.tokenfilter.benchmark.report.Chart;
import org.tokenfilter.benchmark.report.Spread;
import org.tokenfilter.benchmark.report.Table;

/** The results of all stacks as a chart and a table. */
final class HttpResults {

  private static final String NONE = "";
  private static final double MEDIAN = 50;
  private static final double TAIL = 99;

  private final Plan plan;
  private final List<Entrant> entrants;
  private final Latencies bare;

  HttpResults(Plan plan, List<Entrant> entrants, Latencies bare) {
    this.plan = plan;
    this.entrants = entrants;
    this.bare = bare;
  }

  String chart() {
    Chart chart =
        new Chart(
            "Throughput, as a part of that without protection",
            format(
                "%d connections, %,d clients, %d rounds: median, and the line from least to most",
                Plan.CONNECTIONS, plan.clients(), plan.rounds()));
    for (Entrant entrant : entrants) {
      chart.bar(entrant.name(), entrant.findings().ratio(), entrant.ours());
    }
    return chart.svg();
  }

  String markdown() {
    Table table =
        new Table(
            "stack",
            "throughput / no protection: median (least to most)",
            "requests a second",
            "CPU us",
            "database CPU us",
            "garbage B",
            "statements",
            "commits",
            "rows written",
            "WAL B",
            "p50, p99 ms",
            "bytes a live token",
            "failed (warming up)");
    table.row(
        "no protection",
        "1",
        NONE,
        NONE,
        NONE,
        NONE,
        NONE,
        NONE,
        NONE,
        NONE,
        latencies(bare),
        NONE,
        NONE);
    entrants.forEach(entrant -> row(table, entrant));
    return format(
            "%d connections, %,d clients, %d rounds of %.1f s; latencies at %,d requests a second.%n%n",
            Plan.CONNECTIONS,
            plan.clients(),
            plan.rounds(),
            plan.closed().multipliedBy(plan.turns()).toMillis() / 1e3,
            plan.rate())
        + table
        + "\n";
  }

  private static void row(Table table, Entrant entrant) {
    Findings found = entrant.findings();
    Spread ratio = found.ratio();
    Activity activity = found.activity();
    long counted = found.counted();
    table.row(
        entrant.name(),
        format("**%.2f** (%.2f to %.2f)", ratio.median(), ratio.least(), ratio.most()),
        format("%,.0f", found.throughput().median()),
        format("%.1f", found.cpuMicros().median()),
        activity == null ? NONE : format("%.1f", found.databaseMicros().median()),
        format("%,.0f", found.garbage().median()),
        activity == null ? NONE : each("%.3f", activity.statements(), counted),
        activity == null ? NONE : each("%.3f", activity.commits(), counted),
        activity == null ? NONE : each("%.3f", activity.rowWrites(), counted),
        activity == null ? NONE : each("%,.0f", activity.walBytes(), counted),
        latencies(found.latencies()),
        entrant.bytesAToken() < 0 ? NONE : format("%,.0f", entrant.bytesAToken()),
        found.failed() + " (" + found.warmUpFailed() + ")");
  }

  private static String each(String format, long number, long requests) {
    return number < 0 ? NONE : format(format, (double) number / requests);
  }

  private static String latencies(@Nullable Latencies latencies) {
    return latencies == null
        ? NONE
        : format("%.2f, %.2f", latencies.millisAt(MEDIAN), latencies.millisAt(TAIL));
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
