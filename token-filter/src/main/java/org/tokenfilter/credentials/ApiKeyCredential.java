package org.tokenfilter.credentials;

import jakarta.servlet.http.HttpServletRequest;

/**
 * A login attempt with an API key.
 *
 * @param value the key as it was sent; the array is overwritten after the attempt
 * @param request the request that contained the key
 */
@SuppressWarnings("ArrayRecordComponent") // the caller's own array, so that it can be overwritten
public record ApiKeyCredential(char[] value, HttpServletRequest request) {

  /** Returns a constant, so that the secret is not shown. */
  @Override
  public String toString() {
    return "ApiKeyCredential[]";
  }
}
