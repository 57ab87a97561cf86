package org.tokenfilter.attack;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Set;
import org.tokenfilter.testsupport.RawHttp;
import org.tokenfilter.testsupport.RawHttp.Answer;

/** The routes in {@link AllFamiliesApp} that accept a token; all must refuse the same texts. */
enum TokenRoute {
  /** Sends the token in the usual way. */
  GET(AcceptedKind.OPEN, ExpectedAnswer.INVALID) {
    @Override
    Answer send(RawHttp http, String token) throws IOException {
      return http.get(AllFamiliesApp.PAGE, bearer(token));
    }
  },
  POST(AcceptedKind.OPEN, ExpectedAnswer.INVALID) {
    @Override
    Answer send(RawHttp http, String token) throws IOException {
      return http.send("POST", AllFamiliesApp.PAGE, bearer(token), "Content-Length: 0");
    }
  },

  /** Gets the answer of GET without the body. */
  HEAD(AcceptedKind.OPEN, ExpectedAnswer.INVALID) {
    @Override
    Answer send(RawHttp http, String token) throws IOException {
      Answer head = http.send("HEAD", AllFamiliesApp.PAGE, bearer(token));
      if (!head.body().isEmpty()) {
        throw new AssertionError("HEAD must have no body: " + head.body());
      }
      return head.status() == OK ? head : new Answer(head.head(), GET.send(http, token).body());
    }
  },

  /** The library does not answer preflights, so OPTIONS is decided like GET. */
  OPTIONS(AcceptedKind.OPEN, ExpectedAnswer.INVALID) {
    @Override
    Answer send(RawHttp http, String token) throws IOException {
      return http.send("OPTIONS", AllFamiliesApp.PAGE, bearer(token));
    }
  },
  COOKIE(AcceptedKind.OPEN, ExpectedAnswer.INVALID) {
    @Override
    Answer send(RawHttp http, String token) throws IOException {
      return http.get(AllFamiliesApp.PAGE, "Cookie: token=" + utf8Bytes(token));
    }
  },
  FORWARD(AcceptedKind.OPEN, ExpectedAnswer.INVALID) {
    @Override
    Answer send(RawHttp http, String token) throws IOException {
      return http.get(AllFamiliesApp.FORWARD, bearer(token));
    }
  },

  /** A refused include adds nothing to the public page. */
  INCLUDE(AcceptedKind.OPEN, ExpectedAnswer.PUBLIC) {
    @Override
    Answer send(RawHttp http, String token) throws IOException {
      return http.get(AllFamiliesApp.INCLUDE, bearer(token));
    }
  },
  ASYNC(AcceptedKind.OPEN, ExpectedAnswer.INVALID) {
    @Override
    Answer send(RawHttp http, String token) throws IOException {
      return http.get(AllFamiliesApp.ASYNC, bearer(token));
    }
  },

  /** Sends the token in the header of family 4. */
  USER_TOKEN(AcceptedKind.USER, ExpectedAnswer.INVALID) {
    @Override
    Answer send(RawHttp http, String token) throws IOException {
      return http.get(AllFamiliesApp.GATEWAY_PAGE, "userToken: " + utf8Bytes(token));
    }
  },
  KEEP_ALIVE(AcceptedKind.USER, ExpectedAnswer.INVALID) {
    @Override
    Answer send(RawHttp http, String token) throws IOException {
      return form(http, AllFamiliesApp.KEEP_ALIVE, "userToken", token);
    }
  },
  LOGOUT(AcceptedKind.OPEN, ExpectedAnswer.INVALID) {
    @Override
    Answer send(RawHttp http, String token) throws IOException {
      return http.send("POST", AllFamiliesApp.LOGOUT, bearer(token), "Content-Length: 0");
    }
  },
  SESSIONS(AcceptedKind.OPEN, ExpectedAnswer.INVALID) {
    @Override
    Answer send(RawHttp http, String token) throws IOException {
      return http.get(AllFamiliesApp.SESSIONS, bearer(token));
    }
  },
  REFRESH(AcceptedKind.API_CLIENT, ExpectedAnswer.INVALID) {
    @Override
    Answer send(RawHttp http, String token) throws IOException {
      return http.get(AllFamiliesApp.REFRESH, bearer(token));
    }
  },
  QUERY(AcceptedKind.USER, ExpectedAnswer.NOT_AUTHENTIC) {
    @Override
    Answer send(RawHttp http, String token) throws IOException {
      return http.get(AllFamiliesApp.QUERY + "?SessionToken=" + encoded(token));
    }
  },
  RENEW(AcceptedKind.USER, ExpectedAnswer.NOT_AUTHENTIC) {
    @Override
    Answer send(RawHttp http, String token) throws IOException {
      return form(http, AllFamiliesApp.RENEW, "SessionToken", token);
    }
  },
  REVOKE_SESSION_TOKEN(AcceptedKind.USER, ExpectedAnswer.NOT_AUTHENTIC) {
    @Override
    Answer send(RawHttp http, String token) throws IOException {
      return http.get(AllFamiliesApp.REVOKE_SESSION_TOKEN, bearer(token));
    }
  },
  INTROSPECT(AcceptedKind.OPEN, ExpectedAnswer.INACTIVE) {
    @Override
    Answer send(RawHttp http, String token) throws IOException {
      return form(http, AllFamiliesApp.INTROSPECT, "token", token, AllFamiliesApp.INTROSPECTOR);
    }
  },

  /** Revocation answers an unknown token as a revoked one. */
  REVOKE(AcceptedKind.OPEN, ExpectedAnswer.GONE) {
    @Override
    Answer send(RawHttp http, String token) throws IOException {
      return form(http, AllFamiliesApp.REVOKE, "token", token);
    }
  };

  /** The kind of token that a route accepts. */
  enum AcceptedKind {
    OPEN,
    USER,
    API_CLIENT
  }

  private static final int OK = 200;

  private final AcceptedKind acceptedKind;
  private final ExpectedAnswer refusal;

  TokenRoute(AcceptedKind takes, ExpectedAnswer refusal) {
    this.acceptedKind = takes;
    this.refusal = refusal;
  }

  AcceptedKind acceptedKind() {
    return acceptedKind;
  }

  abstract Answer send(RawHttp http, String token) throws IOException;

  /** Returns the allowed refusals of this text, which is no valid token. */
  Set<ExpectedAnswer> refusals(String text) {
    if (this == COOKIE && text.chars().anyMatch(TokenRoute::isNoCookieCharacter)) {
      // Containers drop such a cookie, or all cookies of the request.
      return EnumSet.of(refusal, ExpectedAnswer.NOTHING, ExpectedAnswer.BAD_REQUEST);
    }
    return EnumSet.of(refusal);
  }

  /** Returns whether a container reads the appended characters as syntax of the cookie. */
  boolean isCookieSyntax(String text, String token) {
    return this == COOKIE && (text.equals('"' + token + '"') || text.equals(token + ';'));
  }

  private static boolean isNoCookieCharacter(int character) {
    return character <= ' ' || character > '~' || "\",;\\".indexOf(character) >= 0;
  }

  static String bearer(String token) {
    return "Authorization: Bearer " + utf8Bytes(token);
  }

  /** Returns the bytes of UTF-8, each as one character. */
  private static String utf8Bytes(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  /** Posts one field. */
  static Answer form(RawHttp http, String path, String name, String value, String... headers)
      throws IOException {
    String type = "application/x-www-form-urlencoded";
    return http.post(path, type, name + "=" + encoded(value), headers);
  }
}
