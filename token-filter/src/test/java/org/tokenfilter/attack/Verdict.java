package org.tokenfilter.attack;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.tokenfilter.RawHttp.Answer;

/** What a request may get. */
enum Verdict {
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
      return challenged(answer, 401, "Unauthorized", "");
    }
  },

  /** What was presented is no token of ours, or not for this client. */
  INVALID {
    @Override
    boolean fits(Answer answer) {
      return challenged(answer, 401, "Unauthorized", ", error=\"invalid_token\"");
    }
  },

  /** The same at a log-out, which takes the cookies back all the same. */
  INVALID_AND_TAKEN_BACK {
    @Override
    boolean fits(Answer answer) {
      List<String> cookies = answer.all("Set-Cookie");
      return !cookies.isEmpty()
          && cookies.stream().allMatch(cookie -> cookie.endsWith("; Max-Age=0"))
          && INVALID.fits(new Answer(without(answer.head(), "Set-Cookie"), answer.body()));
    }
  },

  /** An authentic token, with what must accompany it, that is dead. */
  EXPIRED {
    @Override
    boolean fits(Answer answer) {
      return dead(answer);
    }
  },
  CLOSED {
    @Override
    boolean fits(Answer answer) {
      return dead(answer);
    }
  },
  REPLACED {
    @Override
    boolean fits(Answer answer) {
      return dead(answer);
    }
  },
  EVICTED {
    @Override
    boolean fits(Answer answer) {
      return dead(answer);
    }
  },

  /** Two that differ, or a bad parameter. */
  BAD_REQUEST {
    @Override
    boolean fits(Answer answer) {
      return challenged(answer, 400, "Bad Request", ", error=\"invalid_request\"");
    }
  },

  /** Refused by the guard against other sites. */
  CROSS_SITE {
    @Override
    boolean fits(Answer answer) {
      return refused(answer, 403, "Forbidden", "") && answer.all("WWW-Authenticate").isEmpty();
    }
  },

  /** Not a method of what was asked for; what is secret in the request is not repeated. */
  NOT_ALLOWED {
    @Override
    boolean fits(Answer answer) {
      return (refused(answer, 405, "Method Not Allowed", "") || CONTAINER.fits(answer))
          && answer.status() == 405
          && !answer.all("Allow").isEmpty()
          && !answer.body().contains("Authorization");
    }
  },

  /** The store, or another part, could not answer. */
  UNAVAILABLE {
    @Override
    boolean fits(Answer answer) {
      return refused(answer, 503, "Service Unavailable", "")
          && answer.all("Retry-After").equals(List.of("1"));
    }
  },

  /** What introspection says of all that is no live token of ours. */
  INACTIVE {
    @Override
    boolean fits(Answer answer) {
      return answer.status() == 200
          && answer.body().equals("{\"active\":false}")
          && answer.all("Cache-Control").equals(List.of("no-store"));
    }
  },

  /** What revocation says, whether there was anything to revoke or not. */
  GONE {
    @Override
    boolean fits(Answer answer) {
      return answer.status() == 200
          && answer.body().isEmpty()
          && answer.all("Cache-Control").equals(List.of("no-store"));
    }
  },

  /** What family 3 says of what is no token of ours, or of another kind. */
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

  /** What endpoints say, each in its words, of a parameter that is missing or no text. */
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
      return answer.status() >= 400 && answer.status() < 500 && !ours(answer);
    }
  },

  /** What no servlet of the application answers. */
  NOT_FOUND {
    @Override
    boolean fits(Answer answer) {
      return answer.status() == 404;
    }
  };

  /** Whether this is such an answer, to the byte where it is ours. */
  abstract boolean fits(Answer answer);

  boolean dead(Answer answer) {
    String reason = name().toLowerCase(Locale.ROOT);
    return refused(answer, 401, "Unauthorized", ",\"reason\":\"" + reason + "\"")
        && answer
            .all("WWW-Authenticate")
            .equals(
                List.of(
                    challenge(", error=\"invalid_token\", error_description=\"" + reason + "\"")));
  }

  /** A head without the lines of one header. */
  private static String without(String head, String name) {
    return head.lines()
        .filter(line -> !line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
        .collect(Collectors.joining("\r\n"));
  }

  private static boolean challenged(Answer answer, int status, String title, String error) {
    return refused(answer, status, title, "")
        && answer.all("WWW-Authenticate").equals(List.of(challenge(error)));
  }

  private static String challenge(String error) {
    return "Bearer realm=\"" + AttackedApp.AUDIENCE + "\"" + error;
  }

  private static boolean refused(Answer answer, int status, String title, String member) {
    String body =
        "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d%s}"
            .formatted(title, status, member);
    return answer.status() == status
        && answer.body().equals(body)
        && ours(answer)
        && answer.all("Set-Cookie").isEmpty()
        && answer.all("Cache-Control").equals(List.of("no-store"))
        && answer.all("Pragma").equals(List.of("no-cache"))
        && answer.all("X-Content-Type-Options").equals(List.of("nosniff"));
  }

  private static boolean ours(Answer answer) {
    return answer.all("Content-Type").stream()
        .anyMatch(type -> type.startsWith("application/problem+json"));
  }
}
