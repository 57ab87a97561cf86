package org.tokenfilter.credentials;

import jakarta.servlet.http.HttpServletRequest;

/**
 * Somebody who wants in.
 *
 * @param username as it was sent
 * @param password as it was sent; an array so that it can be wiped, which is done after the attempt
 * @param request the request that brought it
 */
@SuppressWarnings("ArrayRecordComponent") // an array, and the caller's own, so that it can be wiped
public record Login(String username, char[] password, HttpServletRequest request) {

  /** Shows no secret. */
  @Override
  public String toString() {
    return "Login[]";
  }
}
