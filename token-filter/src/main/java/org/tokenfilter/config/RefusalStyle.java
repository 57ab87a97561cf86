package org.tokenfilter.config;

/** What a refusal of the filter looks like. */
enum RefusalStyle {
  /** {@code application/problem+json} (RFC 9457). */
  PROBLEM,
  /** The error page that the application has for its status. */
  ERROR_PAGE
}
