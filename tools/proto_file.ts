/**
 * Reads a `.proto` file as a compiler does, as far as ours go: messages, enumerations and services of one file in proto3
 * without imports.
 *
 * @module
 */

import { create } from "@bufbuild/protobuf";
import {
  type DescriptorProto,
  DescriptorProtoSchema,
  type EnumDescriptorProto,
  EnumDescriptorProtoSchema,
  type FieldDescriptorProto,
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FieldDescriptorProtoSchema,
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  MethodDescriptorProtoSchema,
  OneofDescriptorProtoSchema,
  type ServiceDescriptorProto,
  ServiceDescriptorProtoSchema,
  SourceCodeInfo_LocationSchema,
} from "@bufbuild/protobuf/wkt";
import protobuf from "protobufjs";

/** A parsed file. */
export interface ProtoFile {
  /** Its descriptor, with the comments as source information. */
  readonly descriptor: FileDescriptorProto;
  /** What stands above a declaration, by full name. */
  readonly comments: ReadonlyMap<string, string>;
}

type Declaration = protobuf.ReflectionObject & { comment: string | null };

/** Notes what stands above declarations. */
class Comments {
  readonly byName: Map<string, string> = new Map();
  readonly locations: { path: number[]; leadingComments: string }[] = [];

  note(declaration: protobuf.ReflectionObject, path: number[]): void {
    const { comment } = declaration as Declaration;
    this.text(declaration.fullName.slice(1), comment, path);
  }

  text(name: string, comment: string | null | undefined, path: number[]): void {
    if (!comment) return;
    this.byName.set(name, comment);
    const lines = comment.split("\n").map((line) => ` ${line}\n`);
    this.locations.push({ path, leadingComments: lines.join("") });
  }
}

/**
 * @param name The file's name, as other tools are told.
 * @param source Its text.
 * @returns What it declares.
 * @throws {Error} If it is not proto3, or uses what this cannot read.
 */
export function parseProtoFile(name: string, source: string): ProtoFile {
  if (!/^syntax = "proto3";$/m.test(source)) {
    throw new Error(`Cannot read ${name}: it does not say syntax = "proto3"`);
  }
  const parsed = protobuf.parse(source, {
    keepCase: true,
    alternateCommentMode: true,
  });
  const { package: packageName, imports, weakImports } = parsed;
  if (packageName === undefined) {
    throw new Error(`Cannot read ${name}: it has no package`);
  }
  if ((imports ?? weakImports ?? []).length > 0) {
    throw new Error(`Cannot read ${name}: it imports other files`);
  }
  const namespace = parsed.root.lookup(packageName) as protobuf.Namespace;
  const comments = new Comments();
  const descriptor = create(FileDescriptorProtoSchema, {
    name,
    package: packageName,
    syntax: "proto3",
  });
  for (const declared of namespace.nestedArray) {
    if (declared instanceof protobuf.Type) {
      const path = [4, descriptor.messageType.length];
      descriptor.messageType.push(messageOf(declared, path, comments));
    } else if (declared instanceof protobuf.Enum) {
      const path = [5, descriptor.enumType.length];
      descriptor.enumType.push(enumOf(declared, path, comments));
    } else if (declared instanceof protobuf.Service) {
      const path = [6, descriptor.service.length];
      descriptor.service.push(serviceOf(declared, path, comments));
    } else throw new Error(`Cannot read ${name}: what is ${declared.name}`);
  }
  const goPackage = namespace.options?.go_package;
  if (goPackage !== undefined) descriptor.options = options(goPackage);
  descriptor.sourceCodeInfo = {
    $typeName: "google.protobuf.SourceCodeInfo",
    location: comments.locations.map((location) =>
      create(SourceCodeInfo_LocationSchema, location)
    ),
  };
  return { descriptor, comments: comments.byName };
}

function options(goPackage: string): FileDescriptorProto["options"] {
  return create(FileDescriptorProtoSchema, { options: { goPackage } }).options;
}

function messageOf(
  type: protobuf.Type,
  path: number[],
  comments: Comments,
): DescriptorProto {
  comments.note(type, path);
  const message = create(DescriptorProtoSchema, { name: type.name });
  // A field that is optional has a group of its own; those come last.
  const groups = type.oneofsArray.filter(({ isProto3Optional }) =>
    !isProto3Optional
  );
  const optional = type.oneofsArray.filter((group) => group.isProto3Optional);
  const all = [...groups, ...optional];
  message.oneofDecl = all.map(({ name }) =>
    create(OneofDescriptorProtoSchema, { name })
  );
  for (const [i, field] of type.fieldsArray.entries()) {
    comments.note(field, [...path, 2, i]);
    message.field.push(fieldOf(field, all));
  }
  for (const declared of type.nestedArray) {
    if (declared instanceof protobuf.Type) {
      const place = [...path, 3, message.nestedType.length];
      message.nestedType.push(messageOf(declared, place, comments));
    } else if (declared instanceof protobuf.Enum) {
      const place = [...path, 4, message.enumType.length];
      message.enumType.push(enumOf(declared, place, comments));
    } else {
      throw new Error(`Cannot read ${type.name}: what is ${declared.name}`);
    }
  }
  return message;
}

function fieldOf(
  field: protobuf.Field,
  groups: protobuf.OneOf[],
): FieldDescriptorProto {
  if (field instanceof protobuf.MapField) {
    throw new Error(`Cannot read ${field.name}: maps are not supported`);
  }
  const descriptor = create(FieldDescriptorProtoSchema, {
    name: field.name,
    number: field.id,
    label: field.repeated
      ? FieldDescriptorProto_Label.REPEATED
      : FieldDescriptorProto_Label.OPTIONAL,
    jsonName: field.options?.json_name ?? lowerCamel(field.name),
  });
  const scalar = FieldDescriptorProto_Type[
    field.type.toUpperCase() as keyof typeof FieldDescriptorProto_Type
  ];
  if (scalar !== undefined) descriptor.type = scalar;
  else {
    const type = field.parent!.lookupTypeOrEnum(field.type);
    descriptor.typeName = type.fullName;
    descriptor.type = type instanceof protobuf.Enum
      ? FieldDescriptorProto_Type.ENUM
      : FieldDescriptorProto_Type.MESSAGE;
  }
  if (field.partOf) {
    descriptor.oneofIndex = groups.indexOf(field.partOf);
    if (field.partOf.isProto3Optional) descriptor.proto3Optional = true;
  }
  return descriptor;
}

function enumOf(
  declared: protobuf.Enum,
  path: number[],
  comments: Comments,
): EnumDescriptorProto {
  comments.note(declared, path);
  const values = Object.entries(declared.values);
  // Values live in the scope around their enumeration.
  const scope = declared.parent!.fullName.slice(1);
  values.forEach(([name], i) =>
    comments.text(
      `${scope}.${name}`,
      declared.comments[name],
      [...path, 2, i],
    )
  );
  return create(EnumDescriptorProtoSchema, {
    name: declared.name,
    value: values.map(([name, number]) => ({ name, number })),
  });
}

function serviceOf(
  service: protobuf.Service,
  path: number[],
  comments: Comments,
): ServiceDescriptorProto {
  comments.note(service, path);
  return create(ServiceDescriptorProtoSchema, {
    name: service.name,
    method: service.methodsArray.map((method, i) => {
      comments.note(method, [...path, 2, i]);
      const { name, requestType, responseType } = method;
      return create(MethodDescriptorProtoSchema, {
        name,
        inputType: service.lookupType(requestType).fullName,
        outputType: service.lookupType(responseType).fullName,
        ...(method.requestStream && { clientStreaming: true }),
        ...(method.responseStream && { serverStreaming: true }),
      });
    }),
  });
}

/** The name that a field has in JSON unless it says otherwise. */
function lowerCamel(name: string): string {
  return name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}
