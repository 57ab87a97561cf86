package org.tokenfilter.container;

import jakarta.servlet.ServletContext;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import org.jspecify.annotations.Nullable;

/**
 * An object of the container, accessed by reflection since the application's class loader cannot
 * see its class.
 *
 * @param value the object
 */
public record ContainerObject(Object value) {

  /**
   * Calls a method by its name and the number of its arguments; public methods are preferred.
   *
   * @throws ReflectiveOperationException if there is no such method, or it is not accessible
   */
  @Nullable Object call(String name, Object... arguments) throws ReflectiveOperationException {
    Method found = null;
    for (Method method : value.getClass().getMethods()) {
      if (method.getName().equals(name) && method.getParameterCount() == arguments.length) {
        found = isPublic(method) || found == null ? method : found;
      }
    }
    for (Class<?> type = value.getClass(); found == null && type != null; ) {
      for (Method method : type.getDeclaredMethods()) {
        if (method.getName().equals(name) && method.getParameterCount() == arguments.length) {
          found = method;
        }
      }
      type = type.getSuperclass();
    }
    if (found == null) {
      throw new NoSuchMethodException(name);
    }
    if (!isPublic(found)) {
      makeAccessible(found);
    }
    return found.invoke(value, arguments);
  }

  /**
   * Calls a method that returns an object of the container.
   *
   * @throws ReflectiveOperationException if the call is not possible, or returns null
   */
  ContainerObject get(String name, Object... arguments) throws ReflectiveOperationException {
    return wrap(call(name, arguments), name);
  }

  /**
   * Reads a field.
   *
   * @throws ReflectiveOperationException if the field is missing, not accessible or null
   */
  ContainerObject field(String name) throws ReflectiveOperationException {
    Field field = value.getClass().getDeclaredField(name);
    makeAccessible(field);
    return wrap(field.get(value), name);
  }

  private static ContainerObject wrap(@Nullable Object value, String name)
      throws NoSuchFieldException {
    if (value == null) {
      throw new NoSuchFieldException(name + " is null");
    }
    return new ContainerObject(value);
  }

  private static boolean isPublic(Method method) {
    return Modifier.isPublic(method.getModifiers())
        && Modifier.isPublic(method.getDeclaringClass().getModifiers());
  }

  /** Makes a member accessible, unless the container runs as named modules that are not open. */
  private static void makeAccessible(AccessibleObject member) throws IllegalAccessException {
    if (!member.trySetAccessible()) {
      throw new IllegalAccessException(member + " is not accessible");
    }
  }

  /** Returns the application's class loader, or this library's if the container has none. */
  public static ClassLoader classLoaderOf(ServletContext context) {
    ClassLoader loader = context.getClassLoader();
    return loader == null ? ContainerObject.class.getClassLoader() : loader;
  }
}
