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
class ContainerSessionTest {

  private final HttpServletRequest request = mock(HttpServletRequest.class);
  private final HttpSession session = mock(HttpSession.class);
  private final HttpSessionPolicy renewed = new HttpSessionPolicy(Treatment.RENEW);

  @Test
  void oneThatIsThereGetsANewIdAndEnds() {
    when(request.getSession(false)).thenReturn(session);

    renewed.onLogin(request);
    verify(request).changeSessionId();
    verify(session, never()).invalidate();
    renewed.onLogout(request);
    verify(session).invalidate();
  }

  @Test
  void noneIsMade() {
    renewed.onLogin(request);
    renewed.onLogout(request);

    verify(request, never()).changeSessionId();
    verify(request, never()).getSession();
    verify(request, never()).getSession(true);
  }

  @Test
  void oneThatTheApplicationLooksAfterIsLeftAlone() {
    when(request.getSession(false)).thenReturn(session);
    HttpSessionPolicy left = new HttpSessionPolicy(Treatment.LEAVE);

    left.onLogin(request);
    left.onLogout(request);

    verify(request, never()).changeSessionId();
    verify(request, never()).getSession(anyBoolean());
  }

  @Test
  void oneThatAnotherRequestInvalidatesMeanwhileIsNoFailure() {
    when(request.getSession(false)).thenReturn(session, null, session);
    when(request.changeSessionId()).thenThrow(new IllegalStateException("invalidated"));
    doThrow(new IllegalStateException("invalidated")).when(session).invalidate();

    renewed.onLogin(request);
    renewed.onLogout(request);

    verify(session).invalidate();
  }

  @Test
  void loginFailsWhereItsIdCannotBeChanged() {
    when(request.getSession(false)).thenReturn(session);
    when(request.changeSessionId()).thenThrow(new IllegalStateException("no"));

    assertThatIllegalStateException().isThrownBy(() -> renewed.onLogin(request)).withMessage("no");
  }
}
