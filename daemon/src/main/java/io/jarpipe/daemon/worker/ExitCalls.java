package io.jarpipe.daemon.worker;

import io.jarpipe.WorkerExit;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Directs {@code System.exit}, {@code Runtime.exit} and {@code Runtime.halt} in worker code to {@link WorkerExit}. */
final class ExitCalls {
    private static final ClassDesc WORKER_EXIT = ClassDesc.of(WorkerExit.class.getName());
    private static final ClassDesc RUNTIME = ClassDesc.of(Runtime.class.getName());
    private static final MethodTypeDesc OF_SYSTEM = MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_int);
    private static final MethodTypeDesc OF_RUNTIME =
            MethodTypeDesc.of(ConstantDescs.CD_void, RUNTIME, ConstantDescs.CD_int);
    private static final Set<String> CALLS =
            Set.of("java/lang/System.exit", "java/lang/Runtime.exit", "java/lang/Runtime.halt");

    private ExitCalls() {}

    /**
     * Rewrites a class that makes such calls; empty for one that does not.
     *
     * @param resources finds the class files by which types are related, to write the stack maps anew
     */
    static Optional<byte[]> redirect(byte[] classFile, Function<String, InputStream> resources) {
        ClassHierarchyResolver hierarchy = ClassHierarchyResolver.ofResourceParsing(
                        type -> resources.apply(internalName(type) + ".class"))
                .orElse(ClassHierarchyResolver.defaultResolver());
        ClassFile context = ClassFile.of(ClassFile.ClassHierarchyResolverOption.of(hierarchy));
        ClassModel model = context.parse(classFile);
        return makesCalls(model)
                ? Optional.of(context.transformClass(model, ClassTransform.transformingMethodBodies(redirecting())))
                : Optional.empty();
    }

    private static boolean makesCalls(ClassModel model) {
        for (PoolEntry entry : model.constantPool()) {
            if (entry instanceof MemberRefEntry member
                    && CALLS.contains(member.owner().asInternalName() + "."
                            + member.name().stringValue())) {
                return true;
            }
        }
        return false;
    }

    private static CodeTransform redirecting() {
        return (code, element) -> {
            if (element instanceof InvokeInstruction call
                    && CALLS.contains(
                            call.owner().asInternalName() + "." + call.name().stringValue())) {
                boolean ofSystem = call.owner().asInternalName().equals("java/lang/System");
                code.invokestatic(WORKER_EXIT, "exit", ofSystem ? OF_SYSTEM : OF_RUNTIME);
            } else {
                code.with(element);
            }
        };
    }

    private static String internalName(ClassDesc type) {
        String descriptor = type.descriptorString();
        return descriptor.substring(1, descriptor.length() - 1);
    }
}
