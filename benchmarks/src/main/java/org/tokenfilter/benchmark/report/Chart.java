package org.tokenfilter.benchmark.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A chart of horizontal bars from 0 to 1, as SVG that is readable on light and dark pages. */
public final class Chart {

  private static final int WIDTH = 760;
  private static final int LEFT = 8;
  private static final int LABELS = 300;
  private static final int BARS = 400;
  private static final int TOP = 56;
  private static final int ROW = 26;
  private static final int BAR = 16;
  private static final int TEXT_BASE = 13;
  private static final int QUARTERS = 4;
  private static final double MAX_VALUE = 1.03;

  private static final String STYLE =
      """
        <style>
          text { font: 13px system-ui, sans-serif; fill: #1f2328; }
          .title { font-weight: 600; }
          .quiet { fill: #59636e; font-size: 12px; }
          .grid { stroke: #d1d9e0; }
          .ours { fill: #1f6feb; }
          .others { fill: #8c959f; }
          .spread { stroke: #1f2328; stroke-width: 1.5; }
          @media (prefers-color-scheme: dark) {
            text { fill: #f0f6fc; }
            .quiet { fill: #9198a1; }
            .grid { stroke: #3d444d; }
            .ours { fill: #4493f8; }
            .others { fill: #656c76; }
            .spread { stroke: #f0f6fc; }
          }
        </style>
      """;

  private record Bar(String label, Spread value, boolean highlighted) {}

  private final String title;
  private final String subtitle;
  private final List<Bar> bars = new ArrayList<>();

  /** Creates a chart without bars. */
  public Chart(String title, String subtitle) {
    this.title = title;
    this.subtitle = subtitle;
  }

  /** Adds a bar below the others. */
  public Chart bar(String label, Spread value, boolean ours) {
    bars.add(new Bar(label, value, ours));
    return this;
  }

  /** Returns the chart as SVG. */
  public String svg() {
    int bottom = TOP + ROW * bars.size();
    int height = bottom + ROW;
    StringBuilder svg = new StringBuilder();
    svg.append(
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %1$d %2$d" width="%1$d" height="%2$d" role="img">
          <title>%3$s</title>
        """
            .formatted(WIDTH, height, escaped(title)));
    svg.append(STYLE);
    text(svg, "title", LEFT, 18, "start", title);
    text(svg, "quiet", LEFT, 38, "start", subtitle);
    for (int quarter = 0; quarter <= QUARTERS; quarter++) {
      double value = quarter / (double) QUARTERS;
      line(svg, "grid", toX(value), TOP - 4, toX(value), bottom);
      text(
          svg,
          "quiet",
          toX(value),
          bottom + 16,
          "middle",
          String.format(Locale.ROOT, "%.2f", value));
    }
    for (int row = 0; row < bars.size(); row++) {
      drawBar(svg, bars.get(row), TOP + ROW * row);
    }
    return svg.append("</svg>\n").toString();
  }

  private static void drawBar(StringBuilder svg, Bar bar, double top) {
    Spread value = bar.value();
    text(svg, "label", LABELS - 8, top + TEXT_BASE, "end", bar.label());
    svg.append(
        String.format(
            Locale.ROOT,
            "  <rect class=\"%s\" x=\"%d\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" rx=\"2\"/>%n",
            bar.highlighted() ? "ours" : "others",
            LABELS,
            top,
            toX(value.median()) - LABELS,
            BAR));
    double middle = top + BAR / 2.0;
    line(svg, "spread", toX(value.min()), middle, toX(value.max()), middle);
    text(
        svg,
        "label",
        Math.max(toX(value.max()), toX(value.median())) + 6,
        top + TEXT_BASE,
        "start",
        String.format(Locale.ROOT, "%.2f", value.median()));
  }

  /** Returns the x coordinate of a value. Values above 1, which occur by chance, are clipped. */
  private static double toX(double value) {
    return LABELS + BARS * Math.min(value, MAX_VALUE);
  }

  private static void line(
      StringBuilder svg, String type, double x1, double y1, double x2, double y2) {
    svg.append(
        String.format(
            Locale.ROOT,
            "  <line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>%n",
            type,
            x1,
            y1,
            x2,
            y2));
  }

  private static void text(
      StringBuilder svg, String type, double x, double y, String anchor, String text) {
    svg.append(
        String.format(
            Locale.ROOT,
            "  <text class=\"%s\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n",
            type,
            x,
            y,
            anchor,
            escaped(text)));
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;");
  }
}
