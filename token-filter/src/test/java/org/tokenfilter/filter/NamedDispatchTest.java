package org.tokenfilter.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.ArgumentMatchers.same;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletMapping;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.testsupport.Accounts;

/**
 * Forwards and includes by name from a page that was reached by its path. The path and attributes
 * are still the page's, as in Tomcat and Undertow. DispatchChainsIT tests all containers.
 */
final class NamedDispatchTest {

  private static final String PAGE = "/public/page";

  private final Map<String, Object> attributes = new HashMap<>();
  private final HttpServletRequest container = mock(HttpServletRequest.class);
  private final HttpServletResponse response = mock(HttpServletResponse.class);
  private final FilterChain target = mock(FilterChain.class);
  @TempDir private Path folder;
  private final ServletContext application = mock(ServletContext.class);
  private TokenSecurity security;
  private TokenFilter filter;

  @BeforeEach
  void startTheFilter() throws Exception {
    security =
        TokenSecurity.builder()
            .settings(Accounts.settings(folder))
            .setting("token.paths.public", "/public/*")
            .build();
    filter = filter();
    when(container.getMethod()).thenReturn("GET");
    when(container.getServletPath()).thenReturn(PAGE);
    when(container.getDispatcherType()).thenReturn(DispatcherType.FORWARD);
    when(container.getHeaders(any())).thenAnswer(call -> Collections.emptyEnumeration());
    when(container.getAttribute(any())).thenAnswer(call -> attributes.get(call.getArgument(0)));
    doAnswer(call -> attributes.put(call.getArgument(0), call.getArgument(1)))
        .when(container)
        .setAttribute(any(), any());
    doAnswer(call -> attributes.remove(call.getArgument(0))).when(container).removeAttribute(any());
    when(container.getServletContext()).thenReturn(application);
    when(application.getContextPath()).thenReturn("");
    attributes.put(RequestDispatcher.FORWARD_REQUEST_URI, "/public/start");
    attributes.put(RequestDispatcher.INCLUDE_CONTEXT_PATH, "");
    when(response.getOutputStream()).thenReturn(mock(ServletOutputStream.class));
  }

  private TokenFilter filter() {
    return filter(application);
  }

  private TokenFilter filter(ServletContext context) {
    FilterConfig config = mock(FilterConfig.class);
    when(config.getServletContext()).thenReturn(context);
    Enumeration<String> none = Collections.emptyEnumeration();
    when(config.getInitParameterNames()).thenReturn(none);
    TokenFilter made = new TokenFilter(security);
    made.init(config);
    return made;
  }

  @AfterEach
  void stopTheFilter() {
    filter.destroy();
    security.close();
  }

  @Test
  void targetOfPublicPageIsProtected() throws Exception {
    filter.doFilter(
        container,
        response,
        (request, answer) ->
            filter.doFilter(
                new HttpServletRequestWrapper((HttpServletRequest) request), answer, target));
    verify(response).setStatus(401);
    verify(target, never()).doFilter(any(), any());
  }

  /** An include by name in a page that was included by its path has that path as well. */
  @Test
  void targetOfPublicIncludeIsProtected() throws Exception {
    when(container.getDispatcherType()).thenReturn(DispatcherType.INCLUDE);
    attributes.put(RequestDispatcher.INCLUDE_SERVLET_PATH, PAGE);
    AtomicBoolean shown = new AtomicBoolean();
    filter.doFilter(
        container,
        response,
        (request, answer) -> {
          shown.set(true);
          filter.doFilter(
              new HttpServletRequestWrapper((HttpServletRequest) request), answer, target);
        });
    assertThat(shown).isTrue();
    verify(target, never()).doFilter(any(), any());
  }

  /** Tomcat inserts its own wrapper beneath those of the application. */
  @Test
  void targetIsProtectedIfContainerWrapsBeneath() throws Exception {
    HttpServletRequestWrapper top = new HttpServletRequestWrapper(container);
    filter.doFilter(
        top,
        response,
        (request, answer) -> {
          top.setRequest(new HttpServletRequestWrapper(container));
          filter.doFilter(top, answer, target);
        });
    verify(response).setStatus(401);
    verify(target, never()).doFilter(any(), any());
  }

  /** Undertow uses one request for all dispatches. */
  @Test
  void targetIsProtectedIfContainerWrapsNothing() throws Exception {
    filter.doFilter(
        container, response, (request, answer) -> filter.doFilter(container, answer, target));
    verify(response).setStatus(401);
    verify(target, never()).doFilter(any(), any());
  }

  @Test
  void targetIsProtectedAfterPageReturnedAsynchronously() throws Exception {
    when(container.isAsyncStarted()).thenReturn(true);
    filter.doFilter(container, response, (request, answer) -> {});
    filter.doFilter(new HttpServletRequestWrapper(container), response, target);
    verify(response).setStatus(401);
    verify(target, never()).doFilter(any(), any());
  }

  @Test
  void asyncDispatchToPublicPageIsPublic() throws Exception {
    when(container.isAsyncStarted()).thenReturn(true);
    filter.doFilter(container, response, target);
    when(container.isAsyncStarted()).thenReturn(false);
    when(container.getDispatcherType()).thenReturn(DispatcherType.ASYNC);
    filter.doFilter(container, response, target);
    verify(target, times(2)).doFilter(any(), eq(response));
    verify(response, never()).setStatus(401);
  }

  /** Undertow restores attributes after an include, and another thread may see them before. */
  @Test
  void includePathOfAnotherThreadIsNotPublic() throws Exception {
    includeOnAnotherThread();
    filter.doFilter(container, response, target);
    verify(target, never()).doFilter(any(), any());
  }

  @Test
  void restoredIncludePathIsNotPublic() throws Exception {
    includeOnAnotherThread();
    filter.doFilter(container, response, (request, answer) -> {});
    filter.doFilter(container, response, target);
    verify(target, never()).doFilter(any(), any());
  }

  private void includeOnAnotherThread() throws Exception {
    when(container.isAsyncStarted()).thenReturn(true);
    when(container.getDispatcherType()).thenReturn(DispatcherType.INCLUDE);
    attributes.put(RequestDispatcher.INCLUDE_SERVLET_PATH, PAGE);
    AtomicBoolean shown = new AtomicBoolean();
    FutureTask<Object> include =
        new FutureTask<>(
            () -> {
              filter.doFilter(container, response, (request, answer) -> shown.set(true));
              return shown;
            });
    new Thread(include, "include").start();
    include.get();
    assertThat(shown).isTrue();
  }

  @Test
  void fragmentCanBeIncludedRepeatedlyOnOneThread() throws Exception {
    when(container.isAsyncStarted()).thenReturn(true);
    when(container.getDispatcherType()).thenReturn(DispatcherType.INCLUDE);
    attributes.put(RequestDispatcher.INCLUDE_SERVLET_PATH, PAGE);
    filter.doFilter(container, response, target);
    filter.doFilter(container, response, target);
    filter.doFilter(container, response, target);
    verify(target, times(3)).doFilter(any(), eq(response));
  }

  /** The type and the path are those of a dispatch that has returned on another thread. */
  @ParameterizedTest
  @EnumSource(names = {"REQUEST", "ASYNC"})
  void ignoresDispatcherTypeOfAsynchronousPage(DispatcherType type) throws Exception {
    when(container.getDispatcherType()).thenReturn(type);
    when(container.getHttpServletMapping()).thenReturn(mock(HttpServletMapping.class));
    filter.doFilter(
        container,
        response,
        (request, answer) -> when(container.isAsyncStarted()).thenReturn(true));
    filter.doFilter(container, response, target);
    verify(response).setStatus(401);
    verify(target, never()).doFilter(any(), any());
  }

  /** Jetty runs a filter twice if it is mapped to the path and to the servlet's name. */
  @Test
  void pageIsPublicWithFilterMappedTwice() throws Exception {
    TokenFilter second = filter();
    HttpServletRequest dispatched = new HttpServletRequestWrapper(container);
    filter.doFilter(
        dispatched,
        response,
        (request, answer) ->
            second.doFilter(
                new HttpServletRequestWrapper((HttpServletRequest) request),
                answer,
                (wrapped, same) -> filter.doFilter(dispatched, same, target)));
    verify(target).doFilter(dispatched, response);
    second.destroy();
  }

  @Test
  void filterThatIsDestroyedLeavesTheApplication() {
    Map<String, Object> held = new HashMap<>();
    ServletContext context = mock(ServletContext.class);
    when(context.getAttribute(any())).thenAnswer(call -> held.get(call.getArgument(0)));
    doAnswer(call -> held.put(call.getArgument(0), call.getArgument(1)))
        .when(context)
        .setAttribute(any(), any());
    doAnswer(call -> held.remove(call.getArgument(0))).when(context).removeAttribute(any());
    TokenFilter other = filter(context);
    assertThat(held).isNotEmpty();

    other.destroy();
    other.destroy();

    assertThat(held).isEmpty();
  }

  @Test
  void pageMayIncludeAnotherPageTwice() throws Exception {
    filter.doFilter(
        container,
        response,
        (request, answer) -> {
          when(container.getDispatcherType()).thenReturn(DispatcherType.INCLUDE);
          attributes.put(RequestDispatcher.INCLUDE_SERVLET_PATH, "/public/part");
          for (int i = 0; i < 2; i++) {
            filter.doFilter(
                new HttpServletRequestWrapper((HttpServletRequest) request), answer, target);
          }
        });
    verify(target, times(2)).doFilter(any(), any());
  }

  @Test
  void pagesThatFollowEachOtherArePublic() throws Exception {
    filter.doFilter(container, response, target);
    filter.doFilter(container, response, target);
    verify(target, times(2)).doFilter(any(), same(response));
  }
}
