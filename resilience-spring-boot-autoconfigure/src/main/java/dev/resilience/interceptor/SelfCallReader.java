package dev.resilience.interceptor;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.asm.ClassReader;
import org.springframework.asm.ClassVisitor;
import org.springframework.asm.Handle;
import org.springframework.asm.MethodVisitor;
import org.springframework.asm.Opcodes;
import org.springframework.asm.SpringAsmInfo;
import org.springframework.util.ClassUtils;

/**
 * Reads from a class file which methods the class calls on {@code this}. What stands in a
 * lambda counts for the method around it. Other classes are not read, inner and anonymous
 * ones neither.
 */
final class SelfCallReader extends ClassVisitor {

	private static final Logger logger = LoggerFactory.getLogger("dev.resilience");

	// what stands in front of a name and a type in the constants of a class
	private static final int NAME_AND_TYPE = 12;

	private final Set<String> names;

	private final List<SelfCall> calls = new ArrayList<>();

	// lambdas by the methods around them
	private final Map<String, String> enclosing = new HashMap<>();

	private String type = "";

	private @Nullable String file;

	private SelfCallReader(Set<String> names) {
		super(SpringAsmInfo.ASM_VERSION);
		this.names = names;
	}

	/**
	 * Read a class.
	 * @param type the class
	 * @param names the called methods that matter
	 * @return the calls; none if there is no class file that could be read, as for a
	 * class that was generated, or in a native image
	 */
	static List<SelfCall> read(Class<?> type, Set<String> names) {
		ClassLoader loader = type.getClassLoader();
		String resource = ClassUtils.convertClassNameToResourcePath(type.getName()) + ClassUtils.CLASS_FILE_SUFFIX;
		try (InputStream file = (loader != null) ? loader.getResourceAsStream(resource) : null) {
			if (file == null) {
				logger.debug("{} has no class file that could be searched for calls of its own methods", type);
				return List.of();
			}
			ClassReader bytes = new ClassReader(file);
			if (!mentions(bytes, names)) {
				return List.of();
			}
			SelfCallReader reader = new SelfCallReader(names);
			bytes.accept(reader, ClassReader.SKIP_FRAMES);
			return reader.calls.stream().map(reader::attributed).toList();
		}
		catch (IOException | RuntimeException ex) {
			logger.debug("The class file of {} cannot be searched for calls of its own methods", type, ex);
			return List.of();
		}
	}

	// most classes call nothing of such a name: their constants tell, without their code
	private static boolean mentions(ClassReader bytes, Set<String> names) {
		char[] buffer = new char[bytes.getMaxStringLength()];
		for (int i = 1; i < bytes.getItemCount(); i++) {
			int item = bytes.getItem(i);
			if (item > 0 && bytes.readByte(item - 1) == NAME_AND_TYPE && names.contains(bytes.readUTF8(item, buffer))) {
				return true;
			}
		}
		return false;
	}

	private SelfCall attributed(SelfCall call) {
		String method = call.caller() + call.callerDescriptor();
		String outer = this.enclosing.get(method);
		// each lambda stands in one method
		for (int depth = 0; outer != null && depth < this.enclosing.size(); depth++) {
			method = outer;
			outer = this.enclosing.get(method);
		}
		return call.from(method);
	}

	@Override
	public void visit(int version, int access, String name, @Nullable String signature, @Nullable String superName,
			String @Nullable [] interfaces) {
		this.type = name;
	}

	@Override
	public void visitSource(@Nullable String source, @Nullable String debug) {
		this.file = source;
	}

	@Override
	public MethodVisitor visitMethod(int access, String name, String descriptor, @Nullable String signature,
			String @Nullable [] exceptions) {
		return new SelfCallVisitor((access & Opcodes.ACC_STATIC) != 0, (special, called, calledDescriptor, line) -> {
			if (this.names.contains(called)) {
				// private methods of one's own were called like that before Java 11
				String superclass = this.type.equals(special) ? null : special;
				this.calls.add(new SelfCall(name, descriptor, this.file, line, called, calledDescriptor, superclass));
			}
		}, (handle) -> enclose(handle, name + descriptor));
	}

	private void enclose(Handle handle, String method) {
		if (handle.getOwner().equals(this.type) && handle.getName().startsWith("lambda$")) {
			this.enclosing.put(handle.getName() + handle.getDesc(), method);
		}
	}

}
