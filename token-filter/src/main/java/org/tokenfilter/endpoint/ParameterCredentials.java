package org.tokenfilter.endpoint;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.Subject;
import org.tokenfilter.token.TokenRejectedException;

/**
 * The credentials that a client of the token queries sends as parameters: {@code email} and a
 * password, or an API key. The documents of the former server name the password {@code Password};
 * its clients use two more names. Holds secrets and never shows them.
 */
final class ParameterCredentials {

  private static final String EMAIL = "email";
  private static final String PASSWORD = "password";
  private static final String API_KEY = "APIKey";
  private static final List<String> PASSWORD_NAMES = List.of(PASSWORD, "Password", "passsword");

  private final RequestParameters parameters;
  private final @Nullable String password;

  private ParameterCredentials(RequestParameters parameters, @Nullable String password) {
    this.parameters = parameters;
    this.password = password;
  }

  /** Returns the names of all credential parameters together with other names. */
  static AllowedParameters allowedWith(String... others) {
    return AllowedParameters.ignoringOthers(
        Stream.concat(
                Stream.of(others),
                Stream.concat(Stream.of(EMAIL, API_KEY), PASSWORD_NAMES.stream()))
            .toArray(String[]::new));
  }

  /**
   * Returns the credentials in the given parameters.
   *
   * @return the credentials; null if there are none
   * @throws TokenRejectedException if the parameters hold credentials twice
   */
  static @Nullable ParameterCredentials from(RequestParameters parameters)
      throws TokenRejectedException {
    @Nullable String password = null;
    for (String spelling : PASSWORD_NAMES) {
      String value = parameters.get(spelling);
      if (value != null && password != null) {
        throw givenTwice();
      }
      password = value == null ? password : value;
    }
    boolean byPassword = parameters.get(EMAIL) != null || password != null;
    if (byPassword && parameters.get(API_KEY) != null) {
      throw givenTwice();
    }
    return byPassword || parameters.get(API_KEY) != null
        ? new ParameterCredentials(parameters, password)
        : null;
  }

  /** Creates the rejection of a request that has credentials twice. */
  static TokenRejectedException givenTwice() {
    return new TokenRejectedException(Rejection.BAD_REQUEST, "credentials are given twice");
  }

  /** Logs the user in. */
  Subject login(EndpointLogin endpointLogin, HttpServletRequest request)
      throws TokenRejectedException, IOException {
    if (parameters.get(API_KEY) != null) {
      return endpointLogin.loginByApiKey(parameters.required(API_KEY), request);
    }
    String email = parameters.required(EMAIL);
    if (password == null || password.isEmpty()) {
      throw new TokenRejectedException(Rejection.BAD_REQUEST, PASSWORD + " is missing");
    }
    return endpointLogin.loginByPassword(email, password, request);
  }
}
