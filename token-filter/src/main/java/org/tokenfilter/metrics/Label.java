package org.tokenfilter.metrics;

import java.util.Locale;

/** Values of labels: names of constants, and so a known number of them. */
final class Label {

  private Label() {}

  /** In lower case, with hyphens. */
  static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
