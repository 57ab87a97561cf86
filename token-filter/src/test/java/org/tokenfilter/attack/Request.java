package org.tokenfilter.attack;

import java.io.IOException;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.tokenfilter.Accounts;
import org.tokenfilter.RawHttp;
import org.tokenfilter.RawHttp.Answer;
import org.tokenfilter.WebApp.Session;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;
import org.tokenfilter.token.Subject;

/**
 * The kinds of requests that call the store, each with the call that its answer needs. The
 * application has {@link Families}, and {@code token.revocation.lag} is zero.
 */
enum Request {
  LOGIN_SESSION(Call.INSERT, Verdict.UNAVAILABLE::fits) {
    @Override
    Sent prepare(Holder holder) throws IOException {
      return http -> Door.SESSION_BASIC.logIn(http, "alice", "wonderland");
    }
  },
  LOGIN_GATEWAY(Call.INSERT, Verdict.UNAVAILABLE::fits) {
    @Override
    Sent prepare(Holder holder) throws IOException {
      return http -> Door.GATEWAY_FORM.logIn(http, "alice", "wonderland");
    }
  },
  LOGIN_QUERY(Call.INSERT, Door.QUERY_FORM::fails) {
    @Override
    Sent prepare(Holder holder) throws IOException {
      return http -> Door.QUERY_FORM.logIn(http, "alice", "wonderland");
    }
  },
  LOGIN_CLIENT(Call.INSERT, Verdict.UNAVAILABLE::fits) {
    @Override
    Sent prepare(Holder holder) throws IOException {
      return http -> Door.CLIENT_JSON.logIn(http, "alice", "wonderland");
    }
  },
  GET(Call.FIND, Verdict.UNAVAILABLE::fits) {
    @Override
    Sent prepare(Holder holder) throws IOException {
      String[] session = holder.session();
      return http -> http.get("/secure/x", session);
    }
  },
  POST_OPEN(Call.FIND, Verdict.UNAVAILABLE::fits) {
    @Override
    Sent prepare(Holder holder) throws IOException {
      String open = holder.open();
      return http -> http.send("POST", "/secure/x.do", bearer(open));
    }
  },
  FORWARD(Call.FIND, Verdict.UNAVAILABLE::fits) {
    @Override
    Sent prepare(Holder holder) throws IOException {
      String[] session = holder.session();
      return http -> http.get("/public/forward", session);
    }
  },
  OPEN_KEPT_SESSION(Call.INSERT, Verdict.UNAVAILABLE::fits) {
    @Override
    Sent prepare(Holder holder) throws IOException {
      String user = holder.user();
      return http -> http.get("/cra/data?close=false", bearer(user));
    }
  },
  QUERY(Call.FIND, Door.QUERY_BASIC::fails) {
    @Override
    Sent prepare(Holder holder) throws IOException {
      String user = holder.user();
      return http -> http.get("/QuerySessionToken?SessionToken=" + user);
    }
  },
  KEEP_ALIVE(Call.RENEW, Verdict.UNAVAILABLE::fits) {
    @Override
    Sent prepare(Holder holder) throws IOException {
      String user = holder.user();
      return http -> http.send("POST", Families.GATEWAY + "/orders/keepAlive", bearer(user));
    }
  },
  RENEW(Call.RENEW, Door.QUERY_BASIC::fails) {
    @Override
    Sent prepare(Holder holder) throws IOException {
      String user = holder.user();
      return http -> http.get("/RenewSessionToken", bearer(user));
    }
  },
  REFRESH(Call.REPLACE, Verdict.UNAVAILABLE::fits) {
    @Override
    Sent prepare(Holder holder) throws IOException {
      String client = holder.client();
      return http -> http.send("POST", "/routelink/v1/refreshToken", bearer(client));
    }
  },
  LOG_OUT(Call.REVOKE, Verdict.UNAVAILABLE::fits) {
    @Override
    Sent prepare(Holder holder) throws IOException {
      String[] session = holder.session();
      return http -> http.send("POST", "/security/rest/token/logout", session);
    }
  },
  REVOKE(Call.REVOKE, Door.QUERY_BASIC::fails) {
    @Override
    Sent prepare(Holder holder) throws IOException {
      String user = holder.user();
      return http -> http.get("/RevokeSessionToken", bearer(user));
    }
  },
  OAUTH_REVOKE(Call.REVOKE, Verdict.UNAVAILABLE::fits) {
    @Override
    Sent prepare(Holder holder) throws IOException {
      String open = holder.open();
      String body = "token=" + open;
      return http ->
          http.raw(
              "POST /oauth/revoke HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
                  + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: "
                  + body.length()
                  + "\r\n\r\n"
                  + body);
    }
  },
  LIST(Call.LIST, Verdict.UNAVAILABLE::fits) {
    @Override
    Sent prepare(Holder holder) throws IOException {
      String user = holder.user();
      return http -> http.get("/sessions", bearer(user));
    }
  },
  END_OTHERS(Call.REVOKE_ALL, Verdict.UNAVAILABLE::fits) {
    @Override
    Sent prepare(Holder holder) throws IOException {
      String user = holder.user();
      return http -> http.send("DELETE", "/sessions?others=true", bearer(user));
    }
  };

  private final Call call;

  /** The check of an answer; it is stateless and so in fact immutable. */
  @SuppressWarnings("ImmutableEnumChecker")
  private final Predicate<Answer> unknown;

  Request(Call call, Predicate<Answer> unknown) {
    this.call = call;
    this.unknown = unknown;
  }

  /** A client that gets the kind of token that a request needs. */
  static final class Holder {

    private final AttackedApp app;

    Holder(AttackedApp app) {
      this.app = app;
    }

    String[] session() throws IOException {
      Session session = app.session(Accounts.ALICE, 0);
      return new String[] {bearer(session.token()), "Cookie: SESSION=" + session.id()};
    }

    String open() throws IOException {
      return app.open(Accounts.ALICE, 5);
    }

    String user() throws IOException {
      return app.secret(token(Door.GATEWAY_JSON));
    }

    String client() throws IOException {
      return app.secret(token(Door.CLIENT_JSON));
    }

    private String token(Door door) throws IOException {
      return door.tokenOf(door.logIn(app.http(), "alice", "wonderland"));
    }
  }

  /** Configures an application that answers all of these requests. */
  static AttackedApp.Plan in(AttackedApp.Plan plan) {
    return plan.setting("token.revocation.lag", "PT0S")
        .authenticator(credential -> Optional.of(Subject.of(credential.username())))
        .filterParam("token.gateway.paths", "/cra/*")
        .with(
            registrations -> {
              Families.register(registrations);
              registrations.servlet(
                  "forward",
                  (request, response) ->
                      request.getRequestDispatcher("/secure/x").forward(request, response),
                  "/public/forward");
            });
  }

  /** Gets the tokens for the request, which is sent later. */
  abstract Sent prepare(Holder holder) throws IOException;

  /** A prepared request. */
  @FunctionalInterface
  interface Sent {
    Answer to(RawHttp http) throws IOException;
  }

  /** Returns the call of the store that the answer needs. */
  Call call() {
    return call;
  }

  /** Returns whether this is the answer to a store that did not answer. */
  boolean isUnknown(Answer answer) {
    return unknown.test(answer);
  }

  /** Returns whether the answer contains no credential and no protected content. */
  boolean gaveNothing(Answer answer) {
    return answer.all("Set-Cookie").isEmpty()
        && answer.all("session").isEmpty()
        && Stream.of("eyJ", "secret of").noneMatch(answer.body()::contains);
  }

  static String bearer(String token) {
    return "Authorization: Bearer " + token;
  }
}
