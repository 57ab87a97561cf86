package org.tokenfilter.config;

/** The format of the filter's error responses. */
enum RefusalStyle {
  /** {@code application/problem+json} (RFC 9457). */
  PROBLEM,
  /** The application's error page for the status. */
  ERROR_PAGE
}
