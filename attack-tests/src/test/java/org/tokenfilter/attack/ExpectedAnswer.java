package org.tokenfilter.attack;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.tokenfilter.testsupport.RawHttp.Answer;

/** The allowed answers to a request. */
enum ExpectedAnswer {
  /** Accepted: the protected servlet ran. */
  OK {
    @Override
    boolean fits(Answer answer) {
      return answer.status() == 200 && !PUBLIC.fits(answer);
    }
  },

  /** The public servlet's page. */
  PUBLIC {
    @Override
    boolean fits(Answer answer) {
      return answer.status() == 200 && answer.body().startsWith("public ");
    }
  },

  /** Nothing was presented. */
  NOTHING {
    @Override
    boolean fits(Answer answer) {
      return isChallenge(answer, 401, "Unauthorized", "");
    }
  },

  /** The presented token is invalid, or not valid for this client. */
  INVALID {
    @Override
    boolean fits(Answer answer) {
      return isChallenge(answer, 401, "Unauthorized", ", error=\"invalid_token\"");
    }
  },

  /** The answer to an invalid token at a logout, which expires the cookies anyway. */
  INVALID_AND_COOKIES_EXPIRED {
    @Override
    boolean fits(Answer answer) {
      List<String> cookies = answer.all("Set-Cookie");
      return !cookies.isEmpty()
          && cookies.stream().allMatch(cookie -> cookie.endsWith("; Max-Age=0"))
          && INVALID.fits(new Answer(withoutHeader(answer.head(), "Set-Cookie"), answer.body()));
    }
  },

  /** The token is authentic and has its session id, but is dead. */
  EXPIRED {
    @Override
    boolean fits(Answer answer) {
      return isDead(answer);
    }
  },
  CLOSED {
    @Override
    boolean fits(Answer answer) {
      return isDead(answer);
    }
  },
  REPLACED {
    @Override
    boolean fits(Answer answer) {
      return isDead(answer);
    }
  },
  EVICTED {
    @Override
    boolean fits(Answer answer) {
      return isDead(answer);
    }
  },

  /** Two different tokens, or a bad parameter. */
  BAD_REQUEST {
    @Override
    boolean fits(Answer answer) {
      return isChallenge(answer, 400, "Bad Request", ", error=\"invalid_request\"");
    }
  },

  /** Refused by the guard against other sites. */
  CROSS_SITE {
    @Override
    boolean fits(Answer answer) {
      return isRefusal(answer, 403, "Forbidden", "") && answer.all("WWW-Authenticate").isEmpty();
    }
  },

  /** The target does not allow the method; secrets of the request are not repeated. */
  NOT_ALLOWED {
    @Override
    boolean fits(Answer answer) {
      return (isRefusal(answer, 405, "Method Not Allowed", "") || CONTAINER.fits(answer))
          && answer.status() == 405
          && !answer.all("Allow").isEmpty()
          && !answer.body().contains("Authorization");
    }
  },

  /** The store, or another part, could not answer. */
  UNAVAILABLE {
    @Override
    boolean fits(Answer answer) {
      return isRefusal(answer, 503, "Service Unavailable", "")
          && answer.all("Retry-After").equals(List.of("1"));
    }
  },

  /** The answer of introspection to every text that is no live token. */
  INACTIVE {
    @Override
    boolean fits(Answer answer) {
      return answer.status() == 200
          && answer.body().equals("{\"active\":false}")
          && answer.all("Cache-Control").equals(List.of("no-store"));
    }
  },

  /** The answer of revocation, for a known and for an unknown token. */
  GONE {
    @Override
    boolean fits(Answer answer) {
      return answer.status() == 200
          && answer.body().isEmpty()
          && answer.all("Cache-Control").equals(List.of("no-store"));
    }
  },

  /** The answer of family 3 to an invalid token or a token of another kind. */
  NOT_AUTHENTIC {
    @Override
    boolean fits(Answer answer) {
      return answer.status() == 401
          && answer.body().startsWith("{\"ServerDateTime\":\"")
          && answer
              .body()
              .endsWith(",\"Errors\":{\"Status\":401,\"Detail\":\"not authenticated\"}}")
          && answer.all("WWW-Authenticate").equals(List.of(challenge(", error=\"invalid_token\"")))
          && answer.all("Cache-Control").equals(List.of("no-store"));
    }
  },

  /** The endpoints' various answers to a parameter that is missing or not a text. */
  BAD_PARAMETER {
    @Override
    boolean fits(Answer answer) {
      return answer.status() == 400
          && answer.body().startsWith("{")
          && answer.all("Cache-Control").equals(List.of("no-store"));
    }
  },

  /** Refused by the container, before the application. */
  CONTAINER {
    @Override
    boolean fits(Answer answer) {
      return answer.status() >= 400 && answer.status() < 500 && !isProblem(answer);
    }
  },

  /** No servlet of the application has the path. */
  NOT_FOUND {
    @Override
    boolean fits(Answer answer) {
      return answer.status() == 404;
    }
  };

  /** Returns whether this is such an answer, exact to the byte if the library made it. */
  abstract boolean fits(Answer answer);

  boolean isDead(Answer answer) {
    String reason = name().toLowerCase(Locale.ROOT);
    return isRefusal(answer, 401, "Unauthorized", ",\"reason\":\"" + reason + "\"")
        && answer
            .all("WWW-Authenticate")
            .equals(
                List.of(
                    challenge(", error=\"invalid_token\", error_description=\"" + reason + "\"")));
  }

  /** Returns a head without the lines of one header. */
  private static String withoutHeader(String head, String name) {
    return head.lines()
        .filter(line -> !line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
        .collect(Collectors.joining("\r\n"));
  }

  private static boolean isChallenge(Answer answer, int status, String title, String error) {
    return isRefusal(answer, status, title, "")
        && answer.all("WWW-Authenticate").equals(List.of(challenge(error)));
  }

  private static String challenge(String error) {
    return "Bearer realm=\"" + AttackedApp.AUDIENCE + "\"" + error;
  }

  private static boolean isRefusal(Answer answer, int status, String title, String member) {
    String body =
        "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d%s}"
            .formatted(title, status, member);
    return answer.status() == status
        && answer.body().equals(body)
        && isProblem(answer)
        && answer.all("Set-Cookie").isEmpty()
        && answer.all("Cache-Control").equals(List.of("no-store"))
        && answer.all("Pragma").equals(List.of("no-cache"))
        && answer.all("X-Content-Type-Options").equals(List.of("nosniff"));
  }

  private static boolean isProblem(Answer answer) {
    return answer.all("Content-Type").stream()
        .anyMatch(type -> type.startsWith("application/problem+json"));
  }
}
