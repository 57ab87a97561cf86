package org.tokenfilter.credentials;

import jakarta.servlet.http.HttpServletRequest;

/**
 * An API key that wants in.
 *
 * @param value as it was sent; an array so that it can be wiped, which is done after the attempt
 * @param request the request that brought it
 */
@SuppressWarnings("ArrayRecordComponent") // an array, and the caller's own, so that it can be wiped
public record ApiKey(char[] value, HttpServletRequest request) {

  /** Shows no secret. */
  @Override
  public String toString() {
    return "ApiKey[]";
  }
}
