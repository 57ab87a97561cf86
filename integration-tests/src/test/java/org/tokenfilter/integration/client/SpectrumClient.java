package org.tokenfilter.integration.client;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Java client of Spectrum's security service, by the JDK's HttpURLConnection: it requests a
 * session token, requires all three members, and treats a logout as successful only if its status
 * is 200.
 */
final class SpectrumClient {

  private static final int OK = 200;
  private static final Pattern THREE_MEMBERS =
      Pattern.compile(
          "\\{\"access_token\":\"([^\"]+)\",\"session\":\"([^\"]+)\",\"username\":\"([^\"]+)\"}");

  private final URI base;

  /** A token, its session id, and its user. */
  record SpectrumToken(String accessToken, String session, String userId) {}

  SpectrumClient(URI base) {
    this.base = base;
  }

  SpectrumToken sessionToken(String userName, String password, int minutes) throws IOException {
    String credentials =
        Base64.getEncoder()
            .encodeToString((userName + ":" + password).getBytes(StandardCharsets.UTF_8));
    String body =
        get(
            "/security/rest/token/access/session/" + minutes,
            "Authorization",
            "Basic " + credentials);
    Matcher members = THREE_MEMBERS.matcher(body);
    if (!members.matches()) {
      throw new AssertionError("not the three members: " + body);
    }
    return new SpectrumToken(members.group(1), members.group(2), members.group(3));
  }

  /**
   * Calls a service.
   *
   * @param headers the headers that present a token, as name, value, name, value
   */
  String call(String path, String... headers) throws IOException {
    return get(path, headers);
  }

  void logOut(String... headers) throws IOException {
    get("/security/rest/token/logout", headers);
  }

  /** Returns the status of a call. */
  int status(String path, String... headers) throws IOException {
    return open(path, headers).getResponseCode();
  }

  private String get(String path, String... headers) throws IOException {
    HttpURLConnection connection = open(path, headers);
    int status = connection.getResponseCode();
    if (status != OK) {
      throw new AssertionError(path + " is answered " + status);
    }
    try (InputStream body = connection.getInputStream()) {
      return new String(body.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private HttpURLConnection open(String path, String... headers) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) base.resolve(path).toURL().openConnection();
    for (int i = 0; i < headers.length; i += 2) {
      connection.setRequestProperty(headers[i], headers[i + 1]);
    }
    return connection;
  }
}
