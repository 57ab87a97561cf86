package org.tokenfilter.config;

import jakarta.servlet.ServletContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.config.ConfigurationKey.Scope;

/**
 * An application's TokenSecurity in its ServletContext: made by the first of its filters and
 * servlets, unless the application has made it itself, and closed with the last.
 */
final class ContextSecurity {

  private static final String ATTRIBUTE = TokenSecurity.class.getName();

  private final ServletContext context;
  private final TokenSecurity security;
  private final boolean handedIn;

  /** How many filters and servlets use it. Guarded by the context. */
  private int participants;

  private ContextSecurity(ServletContext context, TokenSecurity security, boolean handedIn) {
    this.context = context;
    this.security = security;
    this.handedIn = handedIn;
  }

  /**
   * The one of an application.
   *
   * @throws IllegalStateException if no filter or servlet has been started yet
   */
  static ContextSecurity of(ServletContext context) {
    if (context.getAttribute(ATTRIBUTE) instanceof ContextSecurity present) {
      return present;
    }
    throw new IllegalStateException("no token filter has been started in this application");
  }

  /**
   * An application has made its own: its filters and servlets are to find it, unless one of them
   * has come already.
   */
  static void handIn(ServletContext context, TokenSecurity security) {
    synchronized (context) {
      if (!(context.getAttribute(ATTRIBUTE) instanceof ContextSecurity present)
          || present.participants == 0) {
        context.setAttribute(ATTRIBUTE, new ContextSecurity(context, security, true));
      }
    }
  }

  /** A filter or servlet of this name comes. */
  static ContextSecurity enter(
      ServletContext context,
      String name,
      Map<String, String> initParams,
      @Nullable TokenSecurity given) {
    synchronized (context) {
      ContextSecurity present =
          context.getAttribute(ATTRIBUTE) instanceof ContextSecurity known ? known : null;
      if (present == null) {
        present =
            given == null
                ? new ContextSecurity(context, make(context, initParams), false)
                : new ContextSecurity(context, given, true);
      } else if (given != null && present.security != given) {
        throw new ConfigurationException(
            List.of(
                "the application has a TokenSecurity already, and "
                    + name
                    + " was given another one: make one, and give it to all of them"));
      }
      context.setAttribute(ATTRIBUTE, present);
      present.participants++;
      return present;
    }
  }

  private static TokenSecurity make(ServletContext context, Map<String, String> initParams) {
    try {
      return TokenSecurity.builder()
          .settings(ofTheApplication(initParams))
          .context(context)
          .build();
    } catch (ConfigurationException e) {
      // The filter's own settings are not the application's, but their mistakes are told with them.
      List<String> wrong = new ArrayList<>();
      new Configuration(ConfigurationSources.of(initParams, Map.of()), wrong);
      wrong.addAll(0, e.problems());
      throw new ConfigurationException(wrong.stream().distinct().toList());
    }
  }

  /** Leaves out what is the first filter's alone: its public paths are not those of all. */
  private static Map<String, String> ofTheApplication(Map<String, String> initParams) {
    Map<String, String> shared = new HashMap<>(initParams);
    shared.keySet().removeIf(ContextSecurity::isOfOneFilter);
    return shared;
  }

  private static boolean isOfOneFilter(String key) {
    ConfigurationKey known = ConfigurationKey.of(key);
    return known != null && known.scope() == Scope.FILTER;
  }

  /** Finds settings of the whole application that one participant has otherwise. */
  void requireSame(Configuration settings, Map<String, String> initParams, List<String> wrong) {
    for (String key : initParams.keySet()) {
      if (!isOfOneFilter(key) && !security.configuration().agrees(settings, key)) {
        wrong.add(key + " holds for the whole application, but is set to different values");
      }
    }
  }

  TokenSecurity security() {
    return security;
  }

  /** A filter or servlet goes; the last one closes what was made for it. */
  void leave() {
    synchronized (context) {
      participants--;
      if (participants == 0) {
        context.removeAttribute(ATTRIBUTE);
        if (!handedIn) {
          security.close();
        }
      }
    }
  }
}
