package org.tokenfilter.endpoint;

import com.fasterxml.jackson.core.JsonGenerator;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.Serial;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.carrier.Problems;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.store.PageCursor;
import org.tokenfilter.store.TokenDetails;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/**
 * A servlet that lists the caller's live tokens and sessions on all devices, gives them labels and
 * revokes them. Map it to {@code /sessions/*}.
 *
 * <pre>
 *   GET /sessions?limit=50                     {"sessions":[{"handle":"ZXIEy0V0...","kind":"user",
 *   Authorization: Bearer eyJ...                 "issued":"2026-11-22T01:02:03.456Z",
 *                                                "lastUsed":"2026-11-22T01:05:00.000Z",
 *                                                "remaining":900000,"client":"192.0.2.1",
 *                                                "label":"my phone","current":true}],
 *                                               "next":"/sessions?limit=50&amp;after=..."}
 *   PATCH /sessions/ZXIEy0V0...                204 No Content
 *   {"label":"my phone"}
 *   DELETE /sessions/ZXIEy0V0...               204 No Content
 *   DELETE /sessions?others=true               204 No Content
 * </pre>
 *
 * <p>The newest entry comes first; {@code next} is absent on the last page. {@code remaining} is in
 * milliseconds, null for a token that never expires. {@code label} is null if there is none; an
 * empty label removes it. No response holds a secret. {@code others=true} spares the current token
 * and those that belong to it.
 */
public class SessionsServlet extends EndpointServlet {

  @Serial private static final long serialVersionUID = 1L;

  private static final String LABEL = "label";
  private static final Set<BodyType> JSON_ONLY = Set.of(BodyType.JSON);
  private static final AllowedParameters LABEL_ONLY = AllowedParameters.ignoringOthers(LABEL);

  /**
   * Creates the servlet for web.xml and annotations. Its settings come from init-params and the
   * other configuration sources.
   */
  public SessionsServlet() {}

  /**
   * Creates the servlet for registration in code.
   *
   * @param security provides the settings; the caller closes it
   */
  public SessionsServlet(TokenSecurity security) {
    super(security);
  }

  @Override
  @Nullable Route route(HttpServletRequest request) {
    String path = request.getPathInfo();
    if (path == null) {
      return new Route(List.of("GET", "DELETE"), this::handleCollection);
    }
    @Nullable TokenId tokenId = parseTokenId(path.substring(1));
    return tokenId == null
        ? null
        : new Route(List.of("PATCH", "DELETE"), (in, out) -> handleOne(tokenId, in, out));
  }

  private static @Nullable TokenId parseTokenId(String text) {
    try {
      return TokenId.parse(text);
    } catch (IllegalArgumentException none) {
      return null;
    }
  }

  private void handleCollection(HttpServletRequest request, HttpServletResponse response)
      throws TokenRejectedException, IOException {
    if (request.getMethod().equals("DELETE")) {
      revokeOthers(request, response);
    } else {
      list(request, response);
    }
  }

  private void handleOne(TokenId tokenId, HttpServletRequest request, HttpServletResponse response)
      throws TokenRejectedException, IOException {
    if (request.getMethod().equals("DELETE")) {
      revokeOne(tokenId, request, response);
    } else {
      setLabel(tokenId, request, response);
    }
  }

  private void list(HttpServletRequest request, HttpServletResponse response)
      throws TokenRejectedException, IOException {
    ActiveToken current = service().validate(handle().transport().tokens().readUnguarded(request));
    SessionPageRequest page = SessionPageRequest.of(request);
    List<TokenRecord> records =
        service().list(current.record().subject(), page.after(), page.limit() + 1);
    boolean more = records.size() > page.limit();
    List<TokenRecord> shown = more ? records.subList(0, page.limit()) : records;
    service().renew(current);
    JsonResponse.send(
        response,
        json -> {
          json.writeArrayFieldStart("sessions");
          for (TokenRecord record : shown) {
            writeRecord(json, record, current);
          }
          json.writeEndArray();
          if (more) {
            PageCursor last = PageCursor.of(shown.get(shown.size() - 1));
            json.writeStringField("next", page.nextPage(request, last));
          }
        });
  }

  private static void writeRecord(JsonGenerator json, TokenRecord record, ActiveToken current)
      throws IOException {
    Instant deadline = record.deadline();
    json.writeStartObject();
    json.writeStringField("handle", record.id().toString());
    json.writeStringField("kind", JsonValues.kindName(record));
    json.writeStringField("issued", JsonValues.formatInstant(record.issuedAt()));
    json.writeStringField("lastUsed", JsonValues.formatInstant(record.lastUsedAt()));
    JsonValues.writeRemaining(
        json, deadline == null ? null : Duration.between(current.usedAt(), deadline));
    json.writeStringField("client", record.client());
    json.writeStringField(LABEL, record.details().label());
    json.writeBooleanField("current", record.id().equals(current.record().id()));
    json.writeEndObject();
  }

  private void setLabel(TokenId tokenId, HttpServletRequest request, HttpServletResponse response)
      throws TokenRejectedException, IOException {
    ActiveToken current = validateCaller(request);
    String label = RequestParameters.ofBody(request, JSON_ONLY, LABEL_ONLY).get(LABEL);
    if (label == null || label.length() > TokenDetails.MAX_LABEL_LENGTH) {
      throw new TokenRejectedException(
          Rejection.BAD_REQUEST,
          "label must be there, with at most " + TokenDetails.MAX_LABEL_LENGTH + " characters");
    }
    Problems problems = handle().security().problems();
    String subject = current.record().subject();
    switch (service().sessions().setLabel(subject, tokenId, label.isEmpty() ? null : label)) {
      case AMENDED -> response.setStatus(HttpServletResponse.SC_NO_CONTENT);
      case STALE -> problems.conflict().send(response);
      case ENDED -> problems.notFound().send(response);
    }
    service().renew(current);
  }

  private void revokeOne(TokenId tokenId, HttpServletRequest request, HttpServletResponse response)
      throws TokenRejectedException, IOException {
    ActiveToken current = validateCaller(request);
    if (service().revoke(current.record().subject(), tokenId)) {
      response.setStatus(HttpServletResponse.SC_NO_CONTENT);
    } else {
      handle().security().problems().notFound().send(response);
    }
    service().renew(current);
  }

  private void revokeOthers(HttpServletRequest request, HttpServletResponse response)
      throws TokenRejectedException {
    ActiveToken current = validateCaller(request);
    String others =
        RequestParameters.ofQuery(request, AllowedParameters.ignoringOthers("others"))
            .get("others");
    if (!"true".equals(others)) {
      throw new TokenRejectedException(Rejection.BAD_REQUEST, "others=true is missing");
    }
    service().revokeOthers(current.record());
    response.setStatus(HttpServletResponse.SC_NO_CONTENT);
    service().renew(current);
  }

  private ActiveToken validateCaller(HttpServletRequest request) throws TokenRejectedException {
    PresentedToken presented = handle().transport().tokens().readForAction(request);
    return service().validate(presented);
  }
}
