package org.tokenfilter.benchmark.http;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.benchmark.database.DatabaseActivity;
import org.tokenfilter.benchmark.load.Latencies;
import org.tokenfilter.benchmark.report.Chart;
import org.tokenfilter.benchmark.report.Spread;
import org.tokenfilter.benchmark.report.Table;

/** The results of all stacks as a chart and a table. */
final class HttpResults {

  private static final String NONE = "";
  private static final double MEDIAN = 50;
  private static final double TAIL = 99;

  private final BenchmarkPlan plan;
  private final List<MeasuredStack> stacks;
  private final Latencies bare;

  HttpResults(BenchmarkPlan plan, List<MeasuredStack> entrants, Latencies bare) {
    this.plan = plan;
    this.stacks = entrants;
    this.bare = bare;
  }

  String chart() {
    Chart chart =
        new Chart(
            "Throughput, as a part of that without protection",
            format(
                "%d connections, %,d clients, %d rounds: median, and the line from least to most",
                BenchmarkPlan.CONNECTIONS, plan.clients(), plan.rounds()));
    for (MeasuredStack stack : stacks) {
      chart.bar(stack.name(), stack.results().ratio(), stack.isTokenFilter());
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
    stacks.forEach(stack -> addRow(table, stack));
    return format(
            "%d connections, %,d clients, %d rounds of %.1f s; latencies at %,d requests a second.%n%n",
            BenchmarkPlan.CONNECTIONS,
            plan.clients(),
            plan.rounds(),
            plan.closedLoopTime().multipliedBy(plan.turns()).toMillis() / 1e3,
            plan.rate())
        + table
        + "\n";
  }

  private static void addRow(Table table, MeasuredStack stack) {
    StackResults results = stack.results();
    Spread ratio = results.ratio();
    DatabaseActivity activity = results.activity();
    long counted = results.countedRequests();
    table.row(
        stack.name(),
        format("**%.2f** (%.2f to %.2f)", ratio.median(), ratio.min(), ratio.max()),
        format("%,.0f", results.throughput().median()),
        format("%.1f", results.cpuMicros().median()),
        activity == null ? NONE : format("%.1f", results.databaseMicros().median()),
        format("%,.0f", results.garbage().median()),
        activity == null ? NONE : perRequest("%.3f", activity.statements(), counted),
        activity == null ? NONE : perRequest("%.3f", activity.commits(), counted),
        activity == null ? NONE : perRequest("%.3f", activity.rowsWritten(), counted),
        activity == null ? NONE : perRequest("%,.0f", activity.walBytes(), counted),
        latencies(results.latencies()),
        stack.bytesPerToken() < 0 ? NONE : format("%,.0f", stack.bytesPerToken()),
        results.failed() + " (" + results.warmUpFailed() + ")");
  }

  private static String perRequest(String format, long number, long requests) {
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
