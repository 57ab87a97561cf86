package org.tokenfilter.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServletMapping;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import org.apache.catalina.connector.RequestFacade;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The path and type of a dispatch's target. */
final class DispatchTargetTest {

  private final ServletContext context = mock(ServletContext.class);
  private final HttpServletRequest container = mock(HttpServletRequest.class);

  @BeforeEach
  void requestAPage() {
    when(context.getContextPath()).thenReturn("/a shop");
    when(container.getServletContext()).thenReturn(context);
    when(container.getServletPath()).thenReturn("/public");
    when(container.getPathInfo()).thenReturn("/page");
    when(container.getDispatcherType()).thenReturn(DispatcherType.REQUEST);
  }

  private void dispatch(DispatcherType type) {
    when(container.getDispatcherType()).thenReturn(type);
    when(container.getAttribute(RequestDispatcher.FORWARD_REQUEST_URI)).thenReturn("/a%20shop/x");
  }

  private Dispatch read(HttpServletRequest request) {
    return Dispatch.of(request, mock(FilterChain.class), context);
  }

  @ParameterizedTest
  @EnumSource(names = {"REQUEST", "FORWARD", "ASYNC", "ERROR"})
  void pathIsThatOfTheRequest(DispatcherType type) {
    dispatch(type);
    assertThat(read(container).path()).isEqualTo("/public/page");
    when(container.getPathInfo()).thenReturn(null);
    assertThat(read(container).path()).isEqualTo("/public");
  }

  @Test
  void forwardByNameHasNoPath() {
    when(container.getDispatcherType()).thenReturn(DispatcherType.FORWARD);
    assertThat(read(container).path()).isNull();
  }

  @Test
  void forwardInAnotherApplicationHasNoPath() {
    dispatch(DispatcherType.FORWARD);
    when(container.getServletContext()).thenReturn(mock(ServletContext.class));
    assertThat(read(container).path()).isNull();
  }

  @ParameterizedTest
  @CsvSource({"/a shop, /part/x", "/a%20shop, /part/x", "/a+shop,", "/other,", ","})
  void readsIncludePathFromItsAttributes(String application, String path) {
    dispatch(DispatcherType.INCLUDE);
    when(container.getAttribute(RequestDispatcher.INCLUDE_CONTEXT_PATH)).thenReturn(application);
    when(container.getAttribute(RequestDispatcher.INCLUDE_SERVLET_PATH)).thenReturn("/part");
    when(container.getAttribute(RequestDispatcher.INCLUDE_PATH_INFO)).thenReturn("/x");
    assertThat(read(container).path()).isEqualTo(path);
  }

  @Test
  void includeByNameHasNoPath() {
    dispatch(DispatcherType.INCLUDE);
    when(container.getAttribute(RequestDispatcher.INCLUDE_CONTEXT_PATH)).thenReturn("/a shop");
    assertThat(read(container).path()).isNull();
  }

  @Test
  void applicationWrapperCannotChangeThePath() {
    dispatch(DispatcherType.FORWARD);
    HttpServletRequest pinned =
        new HttpServletRequestWrapper(container) {
          @Override
          public String getPathInfo() {
            return "/other";
          }
        };
    assertThat(read(pinned).path()).isNull();
    assertThat(read(new HttpServletRequestWrapper(container)).path()).isEqualTo("/public/page");
  }

  @Test
  void applicationWrapperCannotFakeAnErrorPage() {
    HttpServletRequest reported =
        new HttpServletRequestWrapper(container) {
          @Override
          public DispatcherType getDispatcherType() {
            return DispatcherType.ERROR;
          }
        };
    assertThat(read(reported).type()).isEqualTo(DispatcherType.FORWARD);
    assertThat(read(reported).path()).isNull();
  }

  /** Tomcat copies the path of the application's wrapper but provides no new mapping. */
  @ParameterizedTest
  @EnumSource(names = {"FORWARD", "ERROR"})
  void tomcatForwardThatKeepsItsMappingHasNoPath(DispatcherType type) throws Exception {
    HttpServletMapping mapping = mock(HttpServletMapping.class);
    RequestFacade page = mock(RequestFacade.class);
    when(page.getHttpServletMapping()).thenReturn(mapping);
    HttpServletRequestWrapper forwarded =
        (HttpServletRequestWrapper)
            mock(Class.forName("org.apache.catalina.core.ApplicationHttpRequest"));
    when(forwarded.getRequest()).thenReturn(page);
    when(forwarded.getDispatcherType()).thenReturn(type);
    when(forwarded.getServletContext()).thenReturn(context);
    when(forwarded.getAttribute(RequestDispatcher.FORWARD_REQUEST_URI)).thenReturn("/a%20shop/x");
    when(forwarded.getServletPath()).thenReturn("/public");
    when(forwarded.getPathInfo()).thenReturn("/page");
    HttpServletMapping another = mock(HttpServletMapping.class);
    when(forwarded.getHttpServletMapping()).thenReturn(another);
    assertThat(read(forwarded).path()).isEqualTo("/public/page");
    assertThat(read(new HttpServletRequestWrapper(forwarded)).path()).isEqualTo("/public/page");
    when(forwarded.getHttpServletMapping()).thenReturn(mapping);
    assertThat(read(forwarded).path()).isNull();
    assertThat(read(new HttpServletRequestWrapper(forwarded)).path()).isNull();
  }

  @Test
  void dispatchIsTheSameForTheSameContainerRequest() {
    HttpServletRequest dispatched = new HttpServletRequestWrapper(container);
    Dispatch first = read(dispatched);
    assertThat(read(dispatched).isSameAs(first)).isTrue();
    assertThat(read(new HttpServletRequestWrapper(container)).isSameAs(first)).isFalse();
    assertThat(read(new HttpServletRequestWrapper(dispatched)).isSameAs(first)).isFalse();
    // If the container wraps nothing, all dispatches have the same request.
    assertThat(read(container).isSameAs(read(container))).isFalse();
    FilterChain chain = mock(FilterChain.class);
    assertThat(
            Dispatch.of(container, chain, context).isSameAs(Dispatch.of(container, chain, context)))
        .isTrue();
  }
}
