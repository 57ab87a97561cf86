package org.tokenfilter.carrier;

import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.mockito.ArgumentMatchers.anyBoolean;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import org.junit.jupiter.api.Test;
import org.tokenfilter.carrier.HttpSessionPolicy.Treatment;

/** The effect of login and logout on an HttpSession; SharedHostIT tests it in containers. */
class HttpSessionPolicyTest {

  private final HttpServletRequest request = mock(HttpServletRequest.class);
  private final HttpSession session = mock(HttpSession.class);
  private final HttpSessionPolicy renewPolicy = new HttpSessionPolicy(Treatment.RENEW);

  @Test
  void renewsIdOnLoginAndInvalidatesOnLogout() {
    when(request.getSession(false)).thenReturn(session);

    renewPolicy.onLogin(request);
    verify(request).changeSessionId();
    verify(session, never()).invalidate();
    renewPolicy.onLogout(request);
    verify(session).invalidate();
  }

  @Test
  void createsNoSession() {
    renewPolicy.onLogin(request);
    renewPolicy.onLogout(request);

    verify(request, never()).changeSessionId();
    verify(request, never()).getSession();
    verify(request, never()).getSession(true);
  }

  @Test
  void leavesSessionOfApplicationAlone() {
    when(request.getSession(false)).thenReturn(session);
    HttpSessionPolicy left = new HttpSessionPolicy(Treatment.LEAVE);

    left.onLogin(request);
    left.onLogout(request);

    verify(request, never()).changeSessionId();
    verify(request, never()).getSession(anyBoolean());
  }

  @Test
  void toleratesConcurrentInvalidation() {
    when(request.getSession(false)).thenReturn(session, null, session);
    when(request.changeSessionId()).thenThrow(new IllegalStateException("invalidated"));
    doThrow(new IllegalStateException("invalidated")).when(session).invalidate();

    renewPolicy.onLogin(request);
    renewPolicy.onLogout(request);

    verify(session).invalidate();
  }

  @Test
  void loginFailsIfIdCannotBeChanged() {
    when(request.getSession(false)).thenReturn(session);
    when(request.changeSessionId()).thenThrow(new IllegalStateException("no"));

    assertThatIllegalStateException()
        .isThrownBy(() -> renewPolicy.onLogin(request))
        .withMessage("no");
  }
}
