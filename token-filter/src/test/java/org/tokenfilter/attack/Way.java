package org.tokenfilter.attack;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Set;
import org.tokenfilter.RawHttp;
import org.tokenfilter.RawHttp.Answer;

/** The routes in {@link AllFamilies} that accept a token; all must refuse the same texts. */
enum Way {
  /** Sends the token in the usual way. */
  GET(Takes.OPEN, Verdict.INVALID) {
    @Override
    Answer send(RawHttp http, String token) throws IOException {
      return http.get(AllFamilies.PAGE, bearer(token));
    }
  },
  POST(Takes.OPEN, Verdict.INVALID) {
    @Override
    Answer send(RawHttp http, String token) throws IOException {
      return http.send("POST", AllFamilies.PAGE, bearer(token), "Content-Length: 0");
    }
  },

  /** Gets the answer of GET without the body. */
  HEAD(Takes.OPEN, Verdict.INVALID) {
    @Override
    Answer send(RawHttp http, String token) throws IOException {
      Answer head = http.send("HEAD", AllFamilies.PAGE, bearer(token));
      if (!head.body().isEmpty()) {
        throw new AssertionError("HEAD must have no body: " + head.body());
      }
      return head.status() == OK ? head : new Answer(head.head(), GET.send(http, token).body());
    }
  },

  /** The library does not answer preflights, so OPTIONS is decided like GET. */
  OPTIONS(Takes.OPEN, Verdict.INVALID) {
    @Override
    Answer send(RawHttp http, String token) throws IOException {
      return http.send("OPTIONS", AllFamilies.PAGE, bearer(token));
    }
  },
  COOKIE(Takes.OPEN, Verdict.INVALID) {
    @Override
    Answer send(RawHttp http, String token) throws IOException {
      return http.get(AllFamilies.PAGE, "Cookie: token=" + wire(token));
    }
  },
  FORWARD(Takes.OPEN, Verdict.INVALID) {
    @Override
    Answer send(RawHttp http, String token) throws IOException {
      return http.get(AllFamilies.FORWARD, bearer(token));
    }
  },

  /** A refused include adds nothing to the public page. */
  INCLUDE(Takes.OPEN, Verdict.PUBLIC) {
    @Override
    Answer send(RawHttp http, String token) throws IOException {
      return http.get(AllFamilies.INCLUDE, bearer(token));
    }
  },
  ASYNC(Takes.OPEN, Verdict.INVALID) {
    @Override
    Answer send(RawHttp http, String token) throws IOException {
      return http.get(AllFamilies.ASYNC, bearer(token));
    }
  },

  /** Sends the token in the header of family 4. */
  USER_TOKEN(Takes.USER, Verdict.INVALID) {
    @Override
    Answer send(RawHttp http, String token) throws IOException {
      return http.get(AllFamilies.GATEWAY_PAGE, "userToken: " + wire(token));
    }
  },
  KEEP_ALIVE(Takes.USER, Verdict.INVALID) {
    @Override
    Answer send(RawHttp http, String token) throws IOException {
      return form(http, AllFamilies.KEEP_ALIVE, "userToken", token);
    }
  },
  LOGOUT(Takes.OPEN, Verdict.INVALID) {
    @Override
    Answer send(RawHttp http, String token) throws IOException {
      return http.send("POST", AllFamilies.LOGOUT, bearer(token), "Content-Length: 0");
    }
  },
  SESSIONS(Takes.OPEN, Verdict.INVALID) {
    @Override
    Answer send(RawHttp http, String token) throws IOException {
      return http.get(AllFamilies.SESSIONS, bearer(token));
    }
  },
  REFRESH(Takes.API_CLIENT, Verdict.INVALID) {
    @Override
    Answer send(RawHttp http, String token) throws IOException {
      return http.get(AllFamilies.REFRESH, bearer(token));
    }
  },
  QUERY(Takes.USER, Verdict.NOT_AUTHENTIC) {
    @Override
    Answer send(RawHttp http, String token) throws IOException {
      return http.get(AllFamilies.QUERY + "?SessionToken=" + encoded(token));
    }
  },
  RENEW(Takes.USER, Verdict.NOT_AUTHENTIC) {
    @Override
    Answer send(RawHttp http, String token) throws IOException {
      return form(http, AllFamilies.RENEW, "SessionToken", token);
    }
  },
  REVOKE_SESSION_TOKEN(Takes.USER, Verdict.NOT_AUTHENTIC) {
    @Override
    Answer send(RawHttp http, String token) throws IOException {
      return http.get(AllFamilies.REVOKE_SESSION_TOKEN, bearer(token));
    }
  },
  INTROSPECT(Takes.OPEN, Verdict.INACTIVE) {
    @Override
    Answer send(RawHttp http, String token) throws IOException {
      return form(http, AllFamilies.INTROSPECT, "token", token, AllFamilies.INTROSPECTOR);
    }
  },

  /** Revocation answers an unknown token as a revoked one. */
  REVOKE(Takes.OPEN, Verdict.GONE) {
    @Override
    Answer send(RawHttp http, String token) throws IOException {
      return form(http, AllFamilies.REVOKE, "token", token);
    }
  };

  /** The kind of token that a route accepts. */
  enum Takes {
    OPEN,
    USER,
    API_CLIENT
  }

  private static final int OK = 200;

  private final Takes takes;
  private final Verdict refusal;

  Way(Takes takes, Verdict refusal) {
    this.takes = takes;
    this.refusal = refusal;
  }

  Takes takes() {
    return takes;
  }

  abstract Answer send(RawHttp http, String token) throws IOException;

  /** Returns the allowed refusals of this text, which is no valid token. */
  Set<Verdict> refusals(String text) {
    if (this == COOKIE && text.chars().anyMatch(Way::isForeignToCookies)) {
      // Containers drop such a cookie, or all cookies of the request.
      return EnumSet.of(refusal, Verdict.NOTHING, Verdict.BAD_REQUEST);
    }
    return EnumSet.of(refusal);
  }

  /** Returns whether a container reads the appended characters as syntax of the cookie. */
  boolean spells(String text, String token) {
    return this == COOKIE && (text.equals('"' + token + '"') || text.equals(token + ';'));
  }

  private static boolean isForeignToCookies(int character) {
    return character <= ' ' || character > '~' || "\",;\\".indexOf(character) >= 0;
  }

  static String bearer(String token) {
    return "Authorization: Bearer " + wire(token);
  }

  /** Returns the bytes of UTF-8, each as one character. */
  private static String wire(String text) {
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
