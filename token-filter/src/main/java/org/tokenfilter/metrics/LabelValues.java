package org.tokenfilter.metrics;

import java.util.Locale;

/** A converter of enum constants to label values, whose number is therefore limited. */
final class LabelValues {

  private LabelValues() {}

  /** Returns the name of the constant in lower case, with hyphens. */
  static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
