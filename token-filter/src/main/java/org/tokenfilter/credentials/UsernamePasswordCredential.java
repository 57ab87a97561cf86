package org.tokenfilter.credentials;

import jakarta.servlet.http.HttpServletRequest;

/**
 * A login attempt with a user name and a password.
 *
 * @param username the user name as it was sent
 * @param password the password as it was sent; the array is overwritten after the attempt
 * @param request the request that contained them
 */
@SuppressWarnings("ArrayRecordComponent") // the caller's own array, so that it can be overwritten
public record UsernamePasswordCredential(
    String username, char[] password, HttpServletRequest request) {

  /** Returns a constant, so that the password is not shown. */
  @Override
  public String toString() {
    return "Login[]";
  }
}
