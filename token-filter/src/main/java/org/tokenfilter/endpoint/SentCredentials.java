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
final class SentCredentials {

  private static final String EMAIL = "email";
  private static final String PASSWORD = "password";
  private static final String KEY = "APIKey";
  private static final List<String> PASSWORDS = List.of(PASSWORD, "Password", "passsword");

  private final Fields fields;
  private final @Nullable String password;

  private SentCredentials(Fields fields, @Nullable String password) {
    this.fields = fields;
    this.password = password;
  }

  /** Returns the names of all credential parameters together with other names. */
  static FieldNames namesWith(String... others) {
    return FieldNames.among(
        Stream.concat(Stream.of(others), Stream.concat(Stream.of(EMAIL, KEY), PASSWORDS.stream()))
            .toArray(String[]::new));
  }

  /**
   * Returns the credentials in the given parameters.
   *
   * @return the credentials; null if there are none
   * @throws TokenRejectedException if the parameters hold credentials twice
   */
  static @Nullable SentCredentials among(Fields fields) throws TokenRejectedException {
    @Nullable String password = null;
    for (String spelling : PASSWORDS) {
      String value = fields.get(spelling);
      if (value != null && password != null) {
        throw twice();
      }
      password = value == null ? password : value;
    }
    boolean byPassword = fields.get(EMAIL) != null || password != null;
    if (byPassword && fields.get(KEY) != null) {
      throw twice();
    }
    return byPassword || fields.get(KEY) != null ? new SentCredentials(fields, password) : null;
  }

  /** Creates the rejection of a request that has credentials twice. */
  static TokenRejectedException twice() {
    return new TokenRejectedException(Rejection.BAD_REQUEST, "credentials are given twice");
  }

  /** Logs the user in. */
  Subject logIn(Logins logins, HttpServletRequest request)
      throws TokenRejectedException, IOException {
    if (fields.get(KEY) != null) {
      return logins.byKey(fields.required(KEY), request);
    }
    String email = fields.required(EMAIL);
    if (password == null || password.isEmpty()) {
      throw new TokenRejectedException(Rejection.BAD_REQUEST, PASSWORD + " is missing");
    }
    return logins.byFields(email, password, request);
  }
}
